import type { Logger } from 'pino';
import { messageOf } from '../../errors/message.js';
import { diagnosticLine } from '../diagnostics.js';
import { RuleSetError } from '../errors.js';
import { compileRules, type RuleEngine } from '../evaluate/engine.js';
import type { FieldCatalog } from '../fields/fields.js';
import type { CompileOptions } from '../options.js';
import { loadRules, type RuleFile } from './load.js';

/** The state of the active rules for `/readyz` and the metrics. Times are milliseconds since the epoch. */
export interface RuleSetStatus {
  /** Number of active rules. */
  readonly rules: number;
  /** How many sets have been active, including this one. */
  readonly generation: number;
  readonly loadedAt: number;
  /** Number of failed reloads since the start. */
  readonly failures: number;
  /** Why the last reload failed; null if the files match the active rules. */
  readonly lastError: { readonly at: number; readonly message: string } | null;
}

/** Dependencies of a holder. */
export interface RuleSetDeps<E> {
  readonly catalog: FieldCatalog<E>;
  readonly options: CompileOptions;
  /** Reads the files again, e.g. `() => readRuleFiles(paths)`. */
  readonly read: () => Promise<readonly RuleFile[]>;
  readonly now: () => number;
  readonly log: Logger;
}

/** Holds the active rules, and replaces them all or nothing: if a file is invalid, the current set stays active. */
export class RuleSetHolder<E> {
  #engine: RuleEngine<E>;
  #status: RuleSetStatus;
  #reloading: Promise<boolean> | undefined;
  #again = false;

  private constructor(
    private readonly deps: RuleSetDeps<E>,
    engine: RuleEngine<E>,
  ) {
    this.#engine = engine;
    const loadedAt = deps.now();
    this.#status = { rules: engine.rules.length, generation: 1, loadedAt, failures: 0, lastError: null };
  }

  /** The first set must be valid. @throws RuleSetError */
  static async start<E>(deps: RuleSetDeps<E>): Promise<RuleSetHolder<E>> {
    return new RuleSetHolder(deps, build(deps, await deps.read()));
  }

  /** The active rules. Read this again for each event, since a reload replaces the engine between two events. */
  get engine(): RuleEngine<E> {
    return this.#engine;
  }

  get status(): RuleSetStatus {
    return this.#status;
  }

  /**
   * Reads, compiles and activates the files; false if they are invalid, with the reason in the log and the status. Calls during a reload
   * share one further reload.
   */
  reload(): Promise<boolean> {
    if (this.#reloading !== undefined) {
      this.#again = true;
      return this.#reloading;
    }
    this.#reloading = this.#reloadUntilQuiet().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  async #reloadUntilQuiet(): Promise<boolean> {
    let isGood = false;
    do {
      this.#again = false;
      isGood = await this.#reloadOnce();
    } while (this.#again);
    return isGood;
  }

  async #reloadOnce(): Promise<boolean> {
    const { log, now } = this.deps;
    try {
      const engine = build(this.deps, await this.deps.read());
      const { failures, generation } = this.#status;
      this.#engine = engine;
      this.#status = {
        rules: engine.rules.length,
        generation: generation + 1,
        loadedAt: now(),
        failures,
        lastError: null,
      };
      log.info({ rules: engine.rules.length, warnings: engine.diagnostics.length }, 'rules reloaded');
      return true;
    } catch (error) {
      const message = messageOf(error);
      this.#status = { ...this.#status, failures: this.#status.failures + 1, lastError: { at: now(), message } };
      const found = error instanceof RuleSetError ? error.diagnostics : [];
      const errors = found.filter(({ severity }) => severity === 'error').map(diagnosticLine);
      log.error({ err: error, errors: errors.slice(0, 20) }, 'rules not reloaded, the running set stays in force');
      return false;
    }
  }
}

function build<E>(deps: RuleSetDeps<E>, files: readonly RuleFile[]): RuleEngine<E> {
  return compileRules(loadRules(files), deps.catalog, deps.options);
}
