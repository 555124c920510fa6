/** What an entry file of the lab would be that waits for what cannot come. */
import { complainWhenIdle } from '../../../bench/processes/entry/idle-exit.js';

complainWhenIdle();
await new Promise(() => {});
