/** The queued items of one key, in order of arrival. */
interface Lane<T> {
  readonly key: string;
  items: (T | undefined)[];
  first: number;
  weight: number;
}

/** Once this many items at the start of a lane have been popped, the array is compacted. */
const COMPACT_FROM = 1024;

/** The bounds of a fair queue. */
export interface FairQueueOptions<T> {
  /** Upper limit for the weight of all queued items together. */
  readonly capacity: number;
  readonly weigh: (item: T) => number;
}

/**
 * A queue that is FIFO within each key and round-robin across keys. A key that pushes more than the others only delays its own items, and
 * when the queue is full it is the heaviest key that loses items.
 */
export class FairQueue<T> {
  readonly #options: FairQueueOptions<T>;
  readonly #lanes = new Map<string, Lane<T>>();
  /** The lanes that are not empty, in round-robin order. */
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

  /** When the queue is over capacity, the newest items of the heaviest key are dropped, and that key is returned; otherwise undefined. */
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

  /** The next item of the key whose turn it is. */
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
    // Keep at least one item, so that the lane keeps its place in the round-robin order.
    if (lane.items.length - lane.first <= 1) return undefined;
    while (this.#weight > this.#options.capacity && lane.items.length - lane.first > 1) {
      this.#leave(lane, lane.items.pop() as T);
    }
    return lane.key;
  }
}
