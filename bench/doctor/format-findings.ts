import type { Finding } from './finding.js';

const marks = { ok: 'ok', warning: 'warning', missing: 'MISSING' };

/** The findings as lines for a terminal, advice below what it is about. */
export function formatFindings(findings: readonly Finding[]): string {
  const markWidth = Math.max(...Object.values(marks).map((mark) => mark.length));
  const topicWidth = Math.max(...findings.map(({ topic }) => topic.length));
  const indent = ' '.repeat(markWidth + 2 + topicWidth + 2);
  const lines = findings.flatMap(({ topic, status, found, advice }) => [
    `${marks[status].padEnd(markWidth)}  ${topic.padEnd(topicWidth)}  ${found}`,
    ...(advice ? [`${indent}-> ${advice}`] : []),
  ]);
  return `${lines.join('\n')}\n`;
}
