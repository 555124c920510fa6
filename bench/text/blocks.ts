/**
 * What a section is made of. Sections say what stands in the report; html/ and markdown.ts say how
 * it looks. All texts are plain, with one markup: `backticks` for names and commands.
 */
import type { Verdict } from '../model/result-schema.js';

export type Block =
  | { kind: 'paragraph'; text: string }
  | { kind: 'heading'; text: string }
  | { kind: 'notice'; text: string }
  | { kind: 'list'; items: string[]; emphasis?: 'strong' }
  | { kind: 'code'; text: string }
  /** Panels of one kind; the caption says how to read them. */
  | { kind: 'figures'; charts: Chart[]; caption: string }
  | Table;

export interface Table {
  kind: 'table';
  caption: string;
  columns: Column[];
  rows: Cell[][];
  /** How many cells at the start of a row name it. */
  rowHeaders: number;
}

export interface Column {
  label: string;
  align: 'left' | 'right';
}

/** A verdict is shown with a sign and a tint beside its word, and the figures below. */
export type Cell = string | { word: string; detail: string; verdict: Verdict };

export function textOfCell(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  return [cell.word, cell.detail].filter((part) => part !== '').join(': ');
}

export interface Chart {
  /** Unique in the page. */
  id: string;
  title: string;
  /** The text alternative. */
  description: string;
  svg: string;
}

export interface Section {
  id: string;
  title: string;
  blocks: Block[];
}

export function left(label: string): Column {
  return { label, align: 'left' };
}

export function right(label: string): Column {
  return { label, align: 'right' };
}

export function paragraph(text: string): Block {
  return { kind: 'paragraph', text };
}

export function heading(text: string): Block {
  return { kind: 'heading', text };
}

export function notice(text: string): Block {
  return { kind: 'notice', text };
}

/** No list at all rather than an empty one. */
export function list(items: string[], emphasis?: 'strong'): Block[] {
  if (items.length === 0) return [];
  return [{ kind: 'list', items, ...(emphasis ? { emphasis } : {}) }];
}

export function table(caption: string, columns: Column[], rows: Cell[][], rowHeaders = 1): Block[] {
  return rows.length === 0 ? [] : [{ kind: 'table', caption, columns, rows, rowHeaders }];
}
