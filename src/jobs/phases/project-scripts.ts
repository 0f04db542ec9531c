import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { Phase, ScriptStep } from '../../report/phase.js';
import { specOf } from '../../report/spec.js';
import { lastLines } from '../../report/text/log-tail.js';
import type { IncompleteReason } from '../../report/verdict/verdict.js';
import type { Clock, ProjectScript } from '../ports.js';

/** With less time left than this, in milliseconds, no more scripts are started. */
const MIN_MS = 1_000;
/** How many of the project's scripts the message lists when the requested one does not exist. */
const MOST_NAMED = 20;

/** The results of the project's own scripts. */
export interface ProjectScripts {
  readonly phase: Phase;
  readonly incomplete: readonly IncompleteReason[];
  readonly log: string;
}

/** What `runProjectScripts` needs. */
export interface ProjectScriptsContext {
  readonly project: InstalledPackage;
  readonly run: (name: string, timeoutMs: number) => Promise<ProjectScript>;
  readonly clock: Clock;
  /** Time limit for all scripts together, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Runs scripts of the project by name in the given order, each with its `pre` and `post` scripts, as a CI job does after the install.
 * A failed script does not keep the others from running, but makes the run incomplete: what it would have done was not seen.
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
    const result = left < MIN_MS ? null : await run(name, left);
    const { step, reason } = result === null ? notRun(name) : outcomeOf(name, result);
    if (result !== null && 'result' in result) log += result.result.log;
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

/** The outcome of one script. */
interface Outcome {
  readonly step: Pick<ScriptStep, 'scripts' | 'exitCode' | 'timedOut' | 'durationMs'>;
  readonly reason: IncompleteReason | null;
}

function notRun(name: string): Outcome {
  const message = `the script ${name} of the project was not run: the time limit was reached`;
  const step = { scripts: [name], exitCode: null, timedOut: true, durationMs: 0 };
  return { step, reason: { code: 'run-timeout', message } };
}

function outcomeOf(name: string, script: ProjectScript): Outcome {
  if ('known' in script) {
    const { known } = script;
    const more = known.length > MOST_NAMED ? ', …' : '';
    const has = known.length === 0 ? 'it has none' : `it has ${known.slice(0, MOST_NAMED).join(', ')}${more}`;
    const step = { scripts: [name], exitCode: null, timedOut: false, durationMs: 0 };
    return { step, reason: { code: 'run-failed', message: `the project has no script ${name}: ${has}` } };
  }
  const { events, result } = script;
  const { exitCode, timedOut, durationMs, reason: ending, log } = result;
  const step = { scripts: [...events], exitCode, timedOut, durationMs };
  if (timedOut) {
    return {
      step,
      reason: { code: 'run-timeout', message: `the script ${name} of the project was stopped at its deadline` },
    };
  }
  if (exitCode === 0) return { step, reason: null };
  const output = lastLines(log);
  const message = `the script ${name} of the project ${ending ?? `ended with exit code ${exitCode}`}${output === '' ? '' : `: ${output}`}`;
  return { step, reason: { code: 'run-failed', message } };
}
