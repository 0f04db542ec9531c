import { describe, expect, it } from 'vitest';
import { Random } from '../../support/random.js';
import { Rig, SENSORS } from './rig.js';
import { describeRound, planRound, runRound } from './round.js';

/** Always the same faults here; `npm run bench -- chaos` makes others. */
const SEED = 7;
const ROUNDS = 2;
const ROUND_MS = 300_000;

describe('whatever breaks while jobs run, each ends in one report, and none that did something is clean', () => {
  it.each(SENSORS)(
    'with the %s sensor',
    async (kind) => {
      const random = new Random(SEED);
      const rig = await Rig.start(kind);
      try {
        for (let round = 0; round < ROUNDS; round += 1) {
          const plan = planRound(random, kind);
          expect(await runRound(rig, plan), describeRound(plan)).toEqual([]);
        }
      } finally {
        await rig.stop();
      }
    },
    ROUNDS * ROUND_MS,
  );
});
