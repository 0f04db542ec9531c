import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { FIRST_GUISE, type Guise } from '../../report/guise.js';
import type { Phase } from '../../report/phase.js';
import type { SandboxRun } from '../ports.js';
import { type LaterContext, LaterParts } from './later-parts.js';
import { chooseRepeats } from './script-repeats.js';

/** A thief may keep quiet where a variable says that it is a CI job: it wants people's machines, or no scanner's. */
const OUTSIDE_OF_CI: Guise = { ...FIRST_GUISE, ci: 'none' };
/** Or act where a project is deployed, or on a CI system that few have. */
const ON_OTHERS: Guise = { ...FIRST_GUISE, ci: 'other' };
/** How many packages are examined more closely. */
const MOST_CLOSER = 12;

/** The result of the second pass. */
export interface LaterPass {
  readonly phase: Phase;
  /** Whether a step passed its deadline, and was stopped together with all other running processes. */
  readonly endedOthers: boolean;
}

/**
 * The second pass: runs scripts and loads packages again in another guise, as far as its time limit allows. First with CI system and
 * date changed together, then with one of them at a time: a package may act on another CI system only before a certain date, and the
 * report can then say which of the two it reacted to.
 */
export async function passLater(run: SandboxRun, context: LaterContext): Promise<LaterPass> {
  const { clock, guise } = context;
  const started = clock.now();
  const pass = new LaterParts(run, context, started);
  const repeats = chooseRepeats(context);
  const [first, ...single] = [guise, ...singles(guise)] as const;
  await pass.scripts(repeats.again, first);
  // Half of the time is reserved for loads; packages without a turn until then get it afterwards.
  const waiting = new Map<Guise, readonly InstalledPackage[]>();
  for (const one of single) waiting.set(one, await pass.scripts(repeats.again, one, context.timeoutMs / 2));
  await pass.together(first);
  await pass.suspects(first);
  for (const [one, rest] of waiting) {
    const closer = new Set(context.onlyLater().slice(0, MOST_CLOSER));
    await pass.scripts(closerFirst(rest, closer), one);
    await pass.load(closer, one);
  }
  // Packages that act when loaded mostly do so on one CI system alone, or on none, so load everything with only that changed.
  for (const today of single.filter(({ aheadDays }) => aheadDays === FIRST_GUISE.aheadDays)) {
    if (!pass.hasTimeForLoads()) break;
    await pass.together(today);
    await pass.suspects(today);
  }
  const { parts, endedOthers } = pass;
  const notRepeated = pass.notRepeated(repeats, [first, ...single]);
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

/** The guises with only one thing changed; empty when `guise` changes only one thing anyway. */
function singles(guise: Guise): readonly Guise[] {
  if (guise.ci === FIRST_GUISE.ci || guise.aheadDays === FIRST_GUISE.aheadDays) return [];
  return [{ ...FIRST_GUISE, ci: guise.ci }, { ...FIRST_GUISE, aheadDays: guise.aheadDays }, OUTSIDE_OF_CI, ON_OTHERS];
}

/** Puts suspicious packages first, so that they get their turn if time runs out. */
function closerFirst(packages: readonly InstalledPackage[], closer: ReadonlySet<string>): readonly InstalledPackage[] {
  const isCloser = ({ realPath }: InstalledPackage): boolean => closer.has(realPath);
  return [...packages.filter(isCloser), ...packages.filter((pkg) => !isCloser(pkg))];
}
