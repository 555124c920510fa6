/** What a thread of the pool runs. */
import { serveJobs } from '../threads/serve-jobs.js';
import { createClassifier } from './model/classifier.js';
import { spamModel } from './model/spam-model.js';

serveJobs(createClassifier(spamModel));
