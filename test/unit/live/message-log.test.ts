import { expect } from 'chai';
import { openMessageLog } from '../../../bench/live/show/message-log.js';
import type { ShownState } from '../../../bench/live/show/show-model.js';

const STATE: ShownState = { scene: null, lesson: null, broken: [], busy: null, lessons: [] };

describe('the log of a show', () => {
  const mark = (text: string) =>
    ({
      type: 'mark',
      atMs: 0,
      mark: { kind: 'hand', text: { en: text, ko: text }, lane: null },
    }) as const;

  it('numbers messages, and gives what came after one', () => {
    const log = openMessageLog();
    for (const text of ['a', 'b', 'c']) log.push(mark(text));
    expect(log.last()).to.equal(3);
    expect(log.after(1).map(({ id }) => id)).to.deep.equal([2, 3]);
    expect(log.after(3)).to.deep.equal([]);
    expect(log.after(0)).to.have.length(3);
  });

  it('gives all that it has to whoever was away for too long, or comes from another show', () => {
    const log = openMessageLog(10);
    for (let count = 0; count < 40; count++) log.push(mark(String(count)));
    const kept = log.after(0).map(({ id }) => id);
    expect(kept.length).to.be.within(10, 11);
    expect(kept.at(-1)).to.equal(40);
    expect(log.after(5).map(({ id }) => id)).to.deep.equal(kept);
    expect(log.after(4000).map(({ id }) => id)).to.deep.equal(kept);
  });

  it('keeps the last state that it had to drop, and no older one', () => {
    const log = openMessageLog(10);
    log.push({ type: 'state', atMs: 0, state: STATE });
    log.push({ type: 'state', atMs: 1, state: { ...STATE, busy: 'newer' } });
    for (let count = 0; count < 40; count++) log.push(mark(String(count)));
    const [first, second] = log.after(0);
    expect(first).to.deep.include({ id: 2, type: 'state' });
    expect(second?.type).to.equal('mark');
    expect(log.after(39).map(({ id }) => id)).to.deep.equal([40, 41, 42]);
  });

  it('tells its listeners, until they leave', () => {
    const log = openMessageLog();
    let heard = 0;
    const leave = log.listen(() => {
      heard += 1;
    });
    log.push(mark('a'));
    leave();
    log.push(mark('b'));
    expect(heard).to.equal(1);
  });
});
