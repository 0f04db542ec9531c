import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { Phase, ScriptStep } from '../../report/phase.js';
import { specOf } from '../../report/spec.js';
import { lastLines } from '../../report/text/log-tail.js';
import type { IncompleteReason } from '../../report/verdict.js';
import type { Clock, ProjectScript } from '../ports.js';

/** Below this a script is not started any more, in milliseconds. */
const LEAST_MS = 1_000;
/** How many of the project's scripts are named to who asked for one that it has not. */
const MOST_NAMED = 20;

/** What came of the project's own scripts. */
export interface ProjectScripts {
  readonly phase: Phase;
  readonly incomplete: readonly IncompleteReason[];
  readonly log: string;
}

/** What `runProjectScripts` works with. */
export interface ProjectScriptsContext {
  /** The project itself. */
  readonly project: InstalledPackage;
  readonly run: (name: string, timeoutMs: number) => Promise<ProjectScript>;
  readonly clock: Clock;
  /** For all of them together, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Runs scripts of the project by name, in this order (`build`, with its `prebuild` and `postbuild`), as a CI job does after the install. One that fails
 * does not keep the others from running, but what it would have done was not seen.
 */
export async function runProjectScripts(
  names: readonly string[],
  { project, run, clock, timeoutMs }: ProjectScriptsContext,
): Promise<ProjectScripts> {
  const started = clock.now();
  const steps: ScriptStep[] = [];
  const incomplete: IncompleteReason[] = [];
  let log = '';
  for (const name of names) {
    const left = timeoutMs - (clock.now() - started);
    const went = left < LEAST_MS ? null : await run(name, left);
    const { step, reason } = went === null ? notRun(name) : outcomeOf(name, went);
    if (went !== null && 'result' in went) log += went.result.log;
    if (reason !== null) incomplete.push(reason);
    const error = reason === null ? {} : { error: reason.message };
    steps.push({ package: specOf(project), path: project.path, ...step, ...error });
  }
  const failed = steps.find(({ exitCode }) => exitCode !== 0);
  const phase: Phase = {
    name: 'run',
    command: `scripts of the project: ${names.join(', ')}`,
    exitCode: failed === undefined ? 0 : failed.exitCode,
    durationMs: clock.now() - started,
    timedOut: steps.some(({ timedOut }) => timedOut),
    steps,
  };
  return { phase, incomplete, log };
}

/** How one script went. */
interface Outcome {
  readonly step: Pick<ScriptStep, 'scripts' | 'exitCode' | 'timedOut' | 'durationMs'>;
  readonly reason: IncompleteReason | null;
}

function notRun(name: string): Outcome {
  const message = `the script ${name} of the project was not run: the time for them was over`;
  const step = { scripts: [name], exitCode: null, timedOut: true, durationMs: 0 };
  return { step, reason: { code: 'run-timeout', message } };
}

function outcomeOf(name: string, went: ProjectScript): Outcome {
  if ('known' in went) {
    const { known } = went;
    const more = known.length > MOST_NAMED ? ', …' : '';
    const has = known.length === 0 ? 'it has none' : `it has ${known.slice(0, MOST_NAMED).join(', ')}${more}`;
    const step = { scripts: [name], exitCode: null, timedOut: false, durationMs: 0 };
    return { step, reason: { code: 'run-failed', message: `the project has no script ${name}: ${has}` } };
  }
  const { events, result } = went;
  const { exitCode, timedOut, durationMs, reason: ending, log } = result;
  const step = { scripts: [...events], exitCode, timedOut, durationMs };
  if (timedOut) {
    return {
      step,
      reason: { code: 'run-timeout', message: `the script ${name} of the project was stopped at its deadline` },
    };
  }
  if (exitCode === 0) return { step, reason: null };
  const said = lastLines(log);
  const message = `the script ${name} of the project ${ending ?? `ended with exit code ${exitCode}`}${said === '' ? '' : `: ${said}`}`;
  return { step, reason: { code: 'run-failed', message } };
}
