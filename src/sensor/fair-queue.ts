/** What waits of one key, in the order it came. */
interface Lane<T> {
  readonly key: string;
  items: (T | undefined)[];
  first: number;
  weight: number;
}

/** From here on the taken part of a lane is given back. */
const COMPACT_FROM = 1024;

/** How a fair queue is bounded. */
export interface FairQueueOptions<T> {
  /** Of all that waits. */
  readonly capacity: number;
  readonly weigh: (item: T) => number;
}

/**
 * Items in order within each key, and the keys in turn: whoever brings more than the others waits behind itself, and is who loses where there is no
 * room.
 */
export class FairQueue<T> {
  readonly #options: FairQueueOptions<T>;
  readonly #lanes = new Map<string, Lane<T>>();
  /** Those with something in them. */
  readonly #turns: Lane<T>[] = [];
  #next = 0;
  #weight = 0;
  #size = 0;

  constructor(options: FairQueueOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Gives the key whose newest items were thrown away for it, that of whoever has most; undefined where there was room. */
  push(key: string, item: T): string | undefined {
    const { capacity, weigh } = this.#options;
    const weight = weigh(item);
    const lane = this.#laneOf(key);
    lane.items.push(item);
    lane.weight += weight;
    this.#weight += weight;
    this.#size += 1;
    return this.#weight > capacity ? this.#makeRoom() : undefined;
  }

  /** The next one of the key whose turn it is. */
  pop(): T | undefined {
    const lane = this.#turns[this.#next];
    if (lane === undefined) return undefined;
    const item = lane.items[lane.first] as T;
    lane.items[lane.first] = undefined;
    lane.first += 1;
    this.#leave(lane, item);
    if (lane.first === lane.items.length) this.#turns.splice(this.#next, 1);
    else this.#next += 1;
    if (this.#next >= this.#turns.length) this.#next = 0;
    if (lane.first === lane.items.length) this.#lanes.delete(lane.key);
    else if (lane.first > COMPACT_FROM && lane.first * 2 > lane.items.length) {
      lane.items = lane.items.slice(lane.first);
      lane.first = 0;
    }
    return item;
  }

  #laneOf(key: string): Lane<T> {
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane: Lane<T> = { key, items: [], first: 0, weight: 0 };
    this.#lanes.set(key, lane);
    this.#turns.push(lane);
    return lane;
  }

  #leave(lane: Lane<T>, item: T): void {
    const weight = this.#options.weigh(item);
    lane.weight -= weight;
    this.#weight -= weight;
    this.#size -= 1;
  }

  #makeRoom(): string | undefined {
    const [first, ...others] = this.#turns as [Lane<T>, ...Lane<T>[]];
    const lane = others.reduce((most, other) => (other.weight > most.weight ? other : most), first);
    // One item at least stays, so that the lane keeps its turn.
    if (lane.items.length - lane.first <= 1) return undefined;
    while (this.#weight > this.#options.capacity && lane.items.length - lane.first > 1) {
      this.#leave(lane, lane.items.pop() as T);
    }
    return lane.key;
  }
}
