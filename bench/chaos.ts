import { Rig, SENSORS, type SensorKind } from '../test/e2e/chaos/rig.js';
import { describeRound, planRound, type RoundPlan, runRound } from '../test/e2e/chaos/round.js';
import { Random } from '../test/support/random.js';

/**
 * Breaks parts of a running service at random while jobs run: no job is lost, none that did something is clean.
 * Prints its seed; a round that fails is repeated with each fault alone. `chaos [SEED] [MINUTES]`
 */
const SEED = Number(process.argv[2] ?? Date.now() % 1_000_000);
const MINUTES = Number(process.argv[3] ?? '2');

/** Repeats a failed round with each of its faults alone, and prints which of them is enough. */
async function shrink(kind: SensorKind, plan: RoundPlan): Promise<void> {
  for (const fault of plan.faults.length > 1 ? plan.faults : []) {
    const alone = { ...plan, faults: [fault] };
    const rig = await Rig.start(kind);
    try {
      const wrong = await runRound(rig, alone);
      console.log(`  alone: ${describeRound(alone)}: ${wrong.length === 0 ? 'all holds' : wrong.join('; ')}`);
    } finally {
      await rig.stop();
    }
  }
}

async function runFor(kind: SensorKind, random: Random, ms: number): Promise<{ rounds: number; failed: number }> {
  const until = Date.now() + ms;
  let rounds = 0;
  let failed = 0;
  let rig = await Rig.start(kind);
  try {
    do {
      const plan = planRound(random, kind);
      console.log(`${kind} sensor, round ${rounds + 1}: ${describeRound(plan)}`);
      const wrong = await runRound(rig, plan);
      rounds += 1;
      if (wrong.length === 0) continue;
      failed += 1;
      process.exitCode = 1;
      for (const line of wrong) console.log(`  WRONG ${line}`);
      await rig.stop();
      await shrink(kind, plan);
      rig = await Rig.start(kind);
    } while (Date.now() < until);
  } finally {
    await rig.stop();
  }
  return { rounds, failed };
}

console.log(`seed ${SEED}, ${MINUTES} minutes (npm run bench -- chaos ${SEED} ${MINUTES})`);
const random = new Random(SEED);
for (const kind of SENSORS) {
  const { rounds, failed } = await runFor(kind, random, (MINUTES * 60_000) / SENSORS.length);
  console.log(`${kind} sensor: ${rounds} rounds, ${failed} in which something did not hold`);
}
