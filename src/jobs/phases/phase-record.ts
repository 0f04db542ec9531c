import type { Phase } from '../../report/phase.js';
import type { PhaseStart } from '../../report/phase-start.js';
import type { IncompleteReason } from '../../report/verdict/verdict.js';
import type { Clock, StepResult } from '../ports.js';
import { fetchFailure } from './fetch-failure.js';
import type { Loads } from './load-phase.js';

/** How much of the steps' output a report contains, in characters. */
const LOG_CHARS = 64 * 1024;

/** The results of the phases so far. */
export class PhaseRecord {
  readonly #clock: Clock;
  readonly phases: Phase[] = [];
  readonly starts: PhaseStart[] = [];
  readonly incomplete: IncompleteReason[] = [];
  #log = '';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The end of the steps' output. */
  get log(): string {
    return this.#log;
  }

  start(name: PhaseStart['name']): void {
    this.starts.push({ name, at: this.#clock.now() });
  }

  /** Records a phase that consists of one step. */
  add(name: Phase['name'], step: StepResult, more: Pick<Phase, 'loaded' | 'parts'> = {}): void {
    const { command, exitCode, durationMs, timedOut, projectCode } = step;
    const own = projectCode === undefined ? {} : { projectCode: [...projectCode] };
    this.phases.push({ name, command, exitCode, durationMs, timedOut, ...own, ...more });
    this.addLog(step.log);
    if (timedOut) {
      const code = name === 'fetch' ? 'fetch-timeout' : 'import-timeout';
      this.incomplete.push({ code, message: `the ${name} was stopped at its deadline` });
    } else if (name === 'fetch') this.incomplete.push(...fetchFailure(step));
  }

  /** Records the fetch of the build tools of git dependencies. A failed one is reported as a failure of that package's scripts. */
  addGitBuilds({ command, exitCode, durationMs, timedOut, log }: StepResult): void {
    this.phases.push({ name: 'fetch', command, exitCode, durationMs, timedOut });
    this.addLog(log);
  }

  /** Records the import. If the loader was killed, or its results were forged, nothing is known about its packages. */
  addImport({ imported, parts }: Loads): void {
    this.add('import', imported, { loaded: [...imported.loaded], parts: [...parts] });
    const { exitCode, timedOut, problem } = imported;
    if (timedOut || (exitCode === 0 && problem === null)) return;
    const message = problem ?? `the loader ended with exit code ${exitCode}`;
    this.incomplete.push({ code: 'import-failed', message: `the import's results can't be trusted: ${message}` });
  }

  addLog(log: string): void {
    this.#log = (this.#log + log).slice(-LOG_CHARS);
  }
}
