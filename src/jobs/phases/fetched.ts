import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import { messageOf } from '../../errors/message.js';
import { CancelledError, type Limited } from '../deadline.js';
import type { SandboxRun, StepResult } from '../ports.js';
import type { Comparison } from './comparison.js';
import type { PhaseRecord } from './phase-record.js';

/** What `fetch` needs. */
export interface FetchContext {
  readonly run: SandboxRun;
  /** In milliseconds. */
  readonly installMs: number;
  readonly comparison: Comparison;
  readonly limited: Limited;
}

/** The fetch phase, and the packages that it installed. */
export class Fetched {
  readonly #record: PhaseRecord;
  #packages: readonly InstalledPackage[] = [];
  #disagreements: readonly string[] = [];
  #commands: ReadonlyMap<string, string> = new Map();

  constructor(record: PhaseRecord) {
    this.#record = record;
  }

  get packages(): readonly InstalledPackage[] {
    return this.#packages;
  }

  /** Differences between the package manager's record and the files on disk. */
  get disagreements(): readonly string[] {
    return this.#disagreements;
  }

  /** The files that the commands in `.bin` folders point to, by the commands' paths. */
  get commands(): ReadonlyMap<string, string> {
    return this.#commands;
  }

  /** Fetches and lists. Resolves with whether everything is in place. */
  async fetch(context: FetchContext): Promise<boolean> {
    const { run, installMs, comparison, limited } = context;
    this.#record.start('fetch');
    const fetched = await limited('the fetch', installMs, run.fetch(installMs));
    this.#record.add('fetch', fetched);
    // In parallel, because both only read.
    await Promise.all([this.#list(context, fetched), comparison.start(run)]);
    if (fetched.exitCode !== 0) return false;
    await this.#fetchGitBuilds(context, installMs - fetched.durationMs);
    return true;
  }

  /** Fetches what git dependencies need for their build. If that fails for one, the rest of the job continues. */
  async #fetchGitBuilds({ run, limited }: FetchContext, timeLeftMs: number): Promise<void> {
    const ms = Math.max(1, timeLeftMs);
    const fetching = run.fetchGitBuilds(this.#packages, ms);
    const fetched = await limited('fetching the build dependencies of git dependencies', ms, fetching);
    if (fetched !== null) this.#record.addGitBuilds(fetched);
  }

  /** Lists the packages. A failure makes the run incomplete but does not end it: alerts still count, without attribution. */
  async #list({ run, limited }: FetchContext, { exitCode }: StepResult): Promise<void> {
    const { incomplete } = this.#record;
    try {
      const listing = await limited('listing the packages', 0, run.packages());
      this.#packages = listing.packages;
      // A failed install never matches its record.
      this.#disagreements = exitCode === 0 ? listing.disagreements : [];
      this.#commands = listing.commands;
      const hasFailed = incomplete.some(({ code }) => code === 'fetch-failed' || code === 'fetch-timeout');
      incomplete.push(...listing.incomplete.filter(({ code }) => code !== 'fetch-failed' || !hasFailed));
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      const message = `the installed packages could not be listed: ${messageOf(error)}`;
      incomplete.push({ code: 'sandbox-failed', message });
    }
  }
}
