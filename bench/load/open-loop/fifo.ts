/** First in, first out, at the same cost however long it is: an array's own shift() moves the rest. */
export interface Fifo<Item> {
  push(item: Item): void;
  shift(): Item | undefined;
  readonly length: number;
}

/** Below so many emptied places it is not worth moving the others. */
const COMPACT_AT = 1024;

export function createFifo<Item>(initial: readonly Item[] = []): Fifo<Item> {
  let items = [...initial];
  let head = 0;
  return {
    push(item) {
      items.push(item);
    },
    shift() {
      if (head === items.length) return undefined;
      const item = items[head++];
      if (head >= COMPACT_AT && head * 2 >= items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    get length() {
      return items.length - head;
    },
  };
}
