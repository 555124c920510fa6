/** A command of the shell in lines that fit a terminal, and mean the same when they are pasted. */

const WIDTH = 92;

/** Breaks at spaces outside of quotes only, with a backslash. */
export function wrapCommand(command: string, width = WIDTH): string {
  const lines: string[] = [];
  let line = '';
  for (const word of wordsOf(command)) {
    if (line !== '' && line.length + word.length + 3 > width) {
      lines.push(`${line} \\`);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

function wordsOf(command: string): string[] {
  const words: string[] = [''];
  let quote = '';
  for (const character of command) {
    if (quote === '' && character === ' ') {
      words.push('');
      continue;
    }
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    words[words.length - 1] += character;
  }
  return words;
}
