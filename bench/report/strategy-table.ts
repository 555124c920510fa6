/** Declarations -> the table of strategies and their properties. Pure; every form of it is this one. */
import type { StrategyInfo } from '../model/result-schema.js';
import { left, type Table } from '../text/blocks.js';
import { STRATEGY_PROPERTIES, wordsOf } from './strategy-properties.js';

export function strategyTable(strategies: readonly StrategyInfo[]): Table {
  return {
    kind: 'table',
    caption:
      'What each strategy declares; the contract suite of the service checks it by doing it.',
    columns: [
      left('Strategy'),
      ...STRATEGY_PROPERTIES.map(({ heading, align }) => ({ label: heading, align })),
    ],
    rows: strategies.map((strategy) => [strategy.name, ...wordsOf(strategy)]),
    rowHeaders: 1,
  };
}

/** A sentence for each, from the service itself. */
export function summaryTable(strategies: readonly StrategyInfo[]): Table {
  return {
    kind: 'table',
    caption: 'In a sentence each, as the service says it.',
    columns: [left('Strategy'), left('What it is')],
    rows: strategies.map(({ name, summary }) => [name, summary]),
    rowHeaders: 1,
  };
}

/** What the columns say. */
export function propertyTable(): Table {
  return {
    kind: 'table',
    caption: 'What the columns say.',
    columns: [left('Property'), left('Meaning')],
    rows: STRATEGY_PROPERTIES.map(({ heading, meaning }) => [heading, meaning]),
    rowHeaders: 1,
  };
}
