import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { FIRST_GUISE, type Guise } from '../../report/guise.js';
import type { Phase } from '../../report/phase.js';
import type { SandboxRun } from '../ports.js';
import { type LaterContext, LaterParts } from './later-parts.js';
import { chooseRepeats } from './script-repeats.js';

/** How many packages are looked at more closely. */
const MOST_CLOSER = 12;
/** What came of the pass. */
export interface LaterPass {
  readonly phase: Phase;
  /** Whether something was stopped at its deadline, and with it everything else that still ran. */
  readonly endedOthers: boolean;
}

/**
 * Runs scripts and loads packages once more, in another guise, within its time: what it does not come to was seen in the first pass.
 * Then with one thing changed at a time: a package may act on another CI's machine only as long as a date has not come, and the report
 * can say which of the two it was.
 */
export async function passLater(run: SandboxRun, context: LaterContext): Promise<LaterPass> {
  const { clock, guise } = context;
  const started = clock.now();
  const pass = new LaterParts(run, context, started);
  const repeats = chooseRepeats(context);
  const [first, ...single] = [guise, ...singles(guise)] as const;
  await pass.scripts(repeats.again, first);
  // Half of the time is kept for loads; who had no turn by then has it after them.
  const waiting = new Map<Guise, readonly InstalledPackage[]>();
  for (const one of single) waiting.set(one, await pass.scripts(repeats.again, one, context.timeoutMs / 2));
  await pass.together(first);
  await pass.suspects(first);
  for (const [one, rest] of waiting) {
    const closer = new Set(context.onlyLater().slice(0, MOST_CLOSER));
    await pass.scripts(closerFirst(rest, closer), one);
    await pass.load(closer, one);
  }
  // Most of what acts when it is loaded, and on one CI's machines alone, does so there.
  const [today] = single;
  if (today !== undefined && pass.hasTimeForLoads()) {
    await pass.together(today);
    await pass.suspects(today);
  }
  const { parts, endedOthers } = pass;
  const notRepeated = pass.notRepeated(repeats);
  const phase: Phase = {
    name: 'later',
    command: `scripts and loads once more: ${guise.aheadDays} days ahead, on ${guise.ci}`,
    exitCode: 0,
    durationMs: clock.now() - started,
    timedOut: pass.left() <= 0,
    parts,
    ...(notRepeated.length === 0 ? {} : { notRepeated }),
  };
  return { phase, endedOthers };
}

/** With one thing changed; empty where it is only one. */
function singles(guise: Guise): readonly Guise[] {
  if (guise.ci === FIRST_GUISE.ci || guise.aheadDays === FIRST_GUISE.aheadDays) return [];
  return [
    { ...FIRST_GUISE, ci: guise.ci },
    { ...FIRST_GUISE, aheadDays: guise.aheadDays },
  ];
}

/** Where the time ends before all had their turn, those that showed something have had theirs. */
function closerFirst(packages: readonly InstalledPackage[], closer: ReadonlySet<string>): readonly InstalledPackage[] {
  const isCloser = ({ realPath }: InstalledPackage): boolean => closer.has(realPath);
  return [...packages.filter(isCloser), ...packages.filter((pkg) => !isCloser(pkg))];
}
