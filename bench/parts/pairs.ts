import { median } from './median.js';

/** What is compared, and how often. */
export interface Comparison {
  readonly name: string;
  readonly pairs: number;
  /** The largest ratio that is good enough. */
  readonly bar: number;
  /** Both resolve with what they cost. */
  readonly ours: () => Promise<number>;
  readonly reference: () => Promise<number>;
}

/** Runs pairs in turns, the first of each pair changing sides, and prints the median of the pairs' ratios. */
export async function comparePairs({ name, pairs, bar, ours, reference }: Comparison): Promise<void> {
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const first = pair % 2 === 0 ? await reference() : await ours();
    const second = pair % 2 === 0 ? await ours() : await reference();
    const [mine, other] = pair % 2 === 0 ? [second, first] : [first, second];
    ratios.push(mine / other);
    console.log(
      `${name} pair ${pair + 1}: ${mine.toFixed(2)} s against ${other.toFixed(2)} s, ratio ${(mine / other).toFixed(3)}`,
    );
  }
  const ratio = median(ratios);
  console.log(`${name}: median ratio ${ratio.toFixed(3)}, bar ${bar}: ${ratio <= bar ? 'met' : 'MISSED'}`);
  if (ratio > bar) process.exitCode = 1;
}
