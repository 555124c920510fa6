import { readFileSync, writeFileSync } from 'node:fs';
import { MADE_PARTS, withPart } from './made-parts.js';

for (const part of MADE_PARTS) {
  const path = new URL(`../../../../docs/${part.page}`, import.meta.url);
  writeFileSync(path, withPart(readFileSync(path, 'utf8'), part));
}
