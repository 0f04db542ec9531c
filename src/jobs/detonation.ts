import { hostname } from 'node:os';
import type { InstalledPackage } from '../ecosystems/installed-package.js';
import type { Watch } from '../falco/hub.js';
import { buildReport } from '../report/build.js';
import type { PhaseStart } from '../report/findings.js';
import { readProjectBaseline } from '../report/project-baseline.js';
import type { Phase, Report } from '../report/report.js';
import type { ScriptCheck } from '../report/script-check.js';
import { Steps } from '../report/steps.js';
import type { IncompleteReason } from '../report/verdict.js';
import type { Attempt, DetonationDependencies } from './attempt.js';
import { Canaries } from './canaries.js';
import { CancelledError, within } from './deadline.js';
import { fetchFailure } from './fetch-failure.js';
import { GiveUp, reasonFor } from './give-up.js';
import type { JobState } from './job.js';
import { JobWitness } from './job-witness.js';
import { withLines } from './located.js';
import { Monitor } from './monitor.js';
import type { ImportResult, SandboxRun, StepResult } from './ports.js';
import { type LoadsWithoutScripts, loadWithoutScripts, scriptCheckOf } from './script-check.js';
import { scriptOrder } from './script-order.js';
import { runAllScripts } from './script-phase.js';
import { type JobEvent, transition } from './transition.js';

/** What the sandbox itself may take beyond a step's own deadline before the worker stops believing it. */
const SLACK_MS = 30_000;

/** Leads one try of a job through its phases, and writes the report of whatever happened. */
export class Detonation {
  readonly #deps: DetonationDependencies;
  readonly #attempt: Attempt;
  readonly #monitor = new Monitor();
  readonly #canaries: Canaries;
  readonly #witness: JobWitness;
  readonly #phases: Phase[] = [];
  readonly #phaseStarts: PhaseStart[] = [];
  readonly #incomplete: IncompleteReason[] = [];
  #state: JobState = 'queued';
  #run: SandboxRun | undefined;
  #packages: readonly InstalledPackage[] = [];
  #disagreements: readonly string[] = [];
  #commands: ReadonlyMap<string, string> = new Map();
  readonly #checksScripts: boolean;
  #withoutScripts: LoadsWithoutScripts | null = null;
  #scriptCheck: ScriptCheck | null;
  #log = '';
  #leftRunning = false;
  #ended = false;

  constructor(deps: DetonationDependencies, attempt: Attempt) {
    this.#deps = deps;
    this.#attempt = attempt;
    this.#canaries = new Canaries(deps, attempt.signal, this.#monitor, attempt.spec.id);
    this.#witness = new JobWitness(deps.watchDecoys, deps.log.child({ job: attempt.spec.id }));
    const asked = attempt.spec.checkNeeded ?? deps.checkNeeded;
    this.#checksScripts = asked;
    this.#scriptCheck = asked ? { loads: new Map(), problem: 'the run did not come to it' } : null;
  }

  /**
   * Runs to a report. Faults of the project and of the sensor end in the report; faults of the machine (Docker gone) are
   * thrown, for the queue to try again. Nothing of the sandbox is left either way.
   */
  async run(): Promise<Report> {
    let watch: Watch | undefined;
    try {
      await this.#to('picked-up');
      this.#refuseExpired();
      const run = await this.#limited('preparing the sandbox', this.#deps.limits.prepareMs, this.#createSandbox());
      watch = this.#deps.feed.watch(run.containerId, this.#monitor);
      await this.#phasesOf(run);
    } catch (error) {
      this.#incomplete.push(reasonFor(error));
      await this.#to('gave-up');
    } finally {
      this.#ended = true;
      await this.#witness.end();
      await this.#run?.destroy();
      watch?.close();
    }
    const { blobs, log } = this.#deps;
    const archive = { blobs, key: this.#attempt.spec.blob.key, folder: this.#run?.archiveFolder ?? '' };
    return withLines(this.#report(), archive, log);
  }

  async #phasesOf(run: SandboxRun): Promise<void> {
    const { limits, blobs } = this.#deps;
    await this.#canaries.awaitSource();
    await this.#canaries.opening(run);
    await this.#limited('watching the decoys', limits.prepareMs, this.#witness.start(run));
    const archive = await blobs.open(this.#attempt.spec.blob.key);
    await this.#limited('unpacking the archive', limits.prepareMs, run.unpack(archive));
    await this.#to('watched');

    const fetched = await this.#fetch(run);
    await this.#to('fetched');
    if (fetched) await this.#runScripts(run);
    await this.#to('installed');
    if (fetched) await this.#import(run);
    await this.#to('imported');

    this.#startPhase('drain');
    if (this.#leftRunning) await this.#limited('ending what still ran', SLACK_MS, run.endProcesses());
    await this.#canaries.closing(run);
    await this.#to('drained');
  }

  /**
   * Watches what the phase left running for a while. It goes on to the end of the job: a daemon lives through the build on
   * a CI machine too, and each second that it is watched it may show what it waits for. Before the closing canary it is
   * killed, so that nothing happens after the last moment that was watched.
   */
  async #linger(run: SandboxRun): Promise<void> {
    const phase = this.#phases.at(-1);
    const { lingerMs } = this.#deps.limits;
    const running = await this.#limited('watching what still runs', lingerMs + SLACK_MS, run.linger(lingerMs));
    this.#leftRunning = running.length > 0;
    if (phase && running.length > 0) phase.leftRunning = [...running];
  }

  /** Brings the packages into place and lists them, before any of their code has run. Resolves with whether that worked. */
  async #fetch(run: SandboxRun): Promise<boolean> {
    const { installMs } = this.#deps.limits;
    this.#startPhase('fetch');
    const fetched = await this.#limited('the fetch', installMs + SLACK_MS, run.fetch(installMs));
    this.#record('fetch', fetched);
    await this.#listPackages(run, fetched);
    const isFetched = fetched.exitCode === 0 && (await this.#fetchGitBuilds(run, installMs - fetched.durationMs));
    this.#monitor.keepWrites();
    return isFetched;
  }

  /** Resolves with whether every git dependency that has to be built can be. */
  async #fetchGitBuilds(run: SandboxRun, timeLeftMs: number): Promise<boolean> {
    const ms = Math.max(1, timeLeftMs);
    const fetching = run.fetchGitBuilds(this.#packages, ms);
    const fetched = await this.#limited('fetching what git dependencies are built with', ms + SLACK_MS, fetching);
    if (fetched !== null) this.#record('fetch', fetched);
    return fetched === null || fetched.exitCode === 0;
  }

  /** The scripts have the time that the fetch left. */
  async #runScripts(run: SandboxRun): Promise<void> {
    const { clock, limits } = this.#deps;
    if (this.#checksScripts) await this.#loadWithoutScripts(run);
    this.#startPhase('install');
    const used = this.#phases.find(({ name }) => name === 'fetch')?.durationMs ?? 0;
    const { phase, incomplete, log } = await runAllScripts(scriptOrder(this.#packages, run.projectDir), {
      run,
      clock,
      timeoutMs: Math.max(0, limits.installMs - used),
      limited: (what, ms, work) => this.#limited(what, ms + SLACK_MS, work),
    });
    this.#phases.push(phase);
    this.#incomplete.push(...incomplete);
    this.#addLog(log);
    await this.#linger(run);
  }

  async #import(run: SandboxRun): Promise<void> {
    const { importMs } = this.#deps.limits;
    this.#startPhase('import');
    const importing = run.importAll(importMs, this.#packages);
    const imported = await this.#limited('the import', importMs + SLACK_MS, importing);
    this.#record('import', imported, { loaded: [...imported.loaded] });
    this.#judgeImport(imported);
    if (this.#withoutScripts !== null) this.#scriptCheck = scriptCheckOf(this.#withoutScripts, imported.worked);
    await this.#linger(run);
  }

  /** An extra that the job asks for: where it has no answer, that is no fault of the job. What is seen of it counts. */
  async #loadWithoutScripts(run: SandboxRun): Promise<void> {
    const { importMs } = this.#deps.limits;
    this.#startPhase('check');
    const loading = loadWithoutScripts(run, this.#packages, importMs);
    this.#withoutScripts = await this.#limited('loading without scripts', importMs + SLACK_MS, loading);
    this.#scriptCheck = scriptCheckOf(this.#withoutScripts, new Set());
    const { phase } = this.#withoutScripts;
    if (phase === null) return;
    this.#phases.push(phase);
    await this.#linger(run);
    if (this.#leftRunning) await this.#limited('ending what still ran', SLACK_MS, run.endProcesses());
  }

  /** Without the list nothing can be attributed, but what was seen still stands. */
  async #listPackages(run: SandboxRun, { exitCode }: StepResult): Promise<void> {
    try {
      const listing = await this.#limited('listing the packages', SLACK_MS, run.packages());
      this.#packages = listing.packages;
      // Half an install agrees with no record of one.
      this.#disagreements = exitCode === 0 ? listing.disagreements : [];
      this.#commands = listing.commands;
      const hasFailed = this.#incomplete.some(({ code }) => code === 'fetch-failed' || code === 'fetch-timeout');
      this.#incomplete.push(...listing.incomplete.filter(({ code }) => code !== 'fetch-failed' || !hasFailed));
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      const message = `the installed packages could not be listed: ${error instanceof Error ? error.message : error}`;
      this.#incomplete.push({ code: 'sandbox-failed', message });
    }
  }

  async #createSandbox(): Promise<SandboxRun> {
    const { spec, number } = this.#attempt;
    const { id: jobId, ecosystem, egress } = spec;
    const plan = { jobId, ecosystem, attempt: number, ...(egress === undefined ? {} : { egress }) };
    const run = await this.#deps.sandbox.create(plan);
    if (this.#ended) await run.destroy();
    this.#run = run;
    return run;
  }

  #refuseExpired(): void {
    const { clock, limits } = this.#deps;
    const waited = clock.now() - this.#attempt.spec.submittedAt;
    if (waited <= limits.queueMs) return;
    const message = `the job waited ${Math.round(waited / 1000)} s for a worker`;
    throw new GiveUp({ code: 'queue-timeout', message });
  }

  #limited<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
    return within(what, ms, this.#attempt.signal, work);
  }

  async #to(event: JobEvent): Promise<void> {
    this.#state = transition(this.#state, event);
    await this.#attempt.onState(this.#state);
  }

  #startPhase(name: PhaseStart['name']): void {
    this.#phaseStarts.push({ name, at: this.#deps.clock.now() });
  }

  /** A loader that was killed, or spoken for, has shown nothing of the packages it was to load. */
  #judgeImport({ exitCode, timedOut, problem }: ImportResult): void {
    if (timedOut || (exitCode === 0 && problem === null)) return;
    const message = problem ?? `the loader ended with exit code ${exitCode}`;
    this.#incomplete.push({ code: 'import-failed', message: `the import can't be vouched for: ${message}` });
  }

  #record(name: Phase['name'], step: StepResult, more: Pick<Phase, 'loaded'> = {}): void {
    const { command, exitCode, durationMs, timedOut } = step;
    this.#phases.push({ name, command, exitCode, durationMs, timedOut, ...more });
    this.#addLog(step.log);
    if (timedOut) {
      const code = name === 'fetch' ? 'fetch-timeout' : 'import-timeout';
      this.#incomplete.push({ code, message: `the ${name} was stopped at its deadline` });
    } else if (name === 'fetch') this.#incomplete.push(...fetchFailure(step));
  }

  #addLog(log: string): void {
    this.#log = (this.#log + log).slice(-64 * 1024);
  }

  #report(): Report {
    const { clock, feed, limits, projectBaseline: mode } = this.#deps;
    const { id, ecosystem, submittedAt, baseline: uploaded } = this.#attempt.spec;
    return buildReport({
      job: { id, ecosystem, submittedAt },
      finishedAt: clock.now(),
      containerId: this.#run?.containerId ?? '',
      gateway: this.#run?.gateway ?? null,
      hostname: hostname(),
      projectDir: this.#run?.projectDir ?? '/',
      manager: this.#run?.manager ?? null,
      phases: this.#phases,
      phaseStarts: this.#phaseStarts,
      monitoring: {
        source: feed.status().description,
        openingCanaryMs: this.#canaries.openingMs,
        closingCanaryMs: this.#canaries.closingMs,
        drops: this.#monitor.drops,
      },
      alerts: this.#monitor.alerts,
      tree: this.#monitor.tree,
      steps: this.#run?.steps ?? new Steps(),
      packages: this.#packages,
      disagreements: this.#disagreements,
      commands: this.#commands,
      brought: this.#run?.brought ?? new Set(),
      egressMode: this.#run?.egressMode ?? null,
      egress: this.#run?.egress() ?? [],
      leaks: this.#run?.leaks() ?? [],
      dataNames: this.#run?.dataNames() ?? [],
      contacts: this.#monitor.contacts,
      writes: this.#monitor.writes,
      decoys: this.#run?.decoys ?? [],
      witnessed: this.#witness.witnessed,
      scriptCheck: this.#scriptCheck,
      incomplete: [...this.#incomplete, ...this.#monitor.faults(), ...this.#witness.faults()],
      log: this.#log,
      failOn: limits.failOn,
      known: this.#deps.known,
      baseline: this.#deps.baseline,
      projectBaseline: uploaded === undefined ? null : readProjectBaseline(uploaded, mode),
    });
  }
}
