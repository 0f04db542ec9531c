/** Numbers that are the same in every run (mulberry32), each below the given limit. */
export function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Seeded choices: a failure names its seed, and comes again. */
export class Random {
  /** A number from 0 to below the limit. */
  readonly below: (limit: number) => number;

  constructor(readonly seed: number) {
    this.below = seeded(seed);
  }

  pick<T>(from: readonly T[]): T {
    const found = from[this.below(from.length)];
    if (found === undefined) throw new RangeError('nothing to pick from');
    return found;
  }
}
