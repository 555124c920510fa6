import { readFileSync, writeFileSync } from 'node:fs';
import { families } from '../attacks/families.js';
import { renderSecurityTable, replaceTable } from './security-table.js';

const page = new URL('../../../docs/security.md', import.meta.url);
writeFileSync(page, replaceTable(readFileSync(page, 'utf8'), await renderSecurityTable(families)));
