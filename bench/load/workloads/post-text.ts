/** English texts of posts, made from a seed: no two alike, and as long as asked for. */
import type { Random } from '../../model/random.js';

const OPENINGS = [
  'I have been looking at',
  'Does anybody know about',
  'We talked last week about',
  'Here is what I found on',
  'Thanks for the help with',
  'My question is about',
  'You should read more about',
  'There is some news about',
];
const THINGS = [
  'the new version of the server',
  'a problem with the network',
  'the price of the product',
  'the list of messages',
  'a free program for your computer',
  'the old database',
  'a special offer for your business',
  'the files on the other machine',
  'the report in the paper',
  'the code that we use at work',
  'a better way to make money',
  'the system at home',
];
const CLOSINGS = [
  'and it works very well for me now',
  'but I do not think that it is the right way',
  'so please send me what you have',
  'because nobody had the time to look at it before',
  'and we can talk about it on Monday',
  'which took me more than two hours last night',
  'and you can get it today without any cost',
  'if that is what you are looking for',
];

/** @param characters at least that many, and at most a sentence more */
export function postText(random: Random, characters: number): string {
  let text = '';
  while (text.length < characters) {
    const sentence = [OPENINGS, THINGS, CLOSINGS].map((parts) => pick(parts, random)).join(' ');
    text += `${text === '' ? '' : ' '}${sentence}.`;
  }
  return text;
}

function pick(parts: readonly string[], random: Random): string {
  return parts[Math.floor(random() * parts.length)] as string;
}
