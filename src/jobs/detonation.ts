import { hostname } from 'node:os';
import { type ProjectArchive, rewritten } from '../blobs/rewrite.js';
import type { InstalledPackage } from '../ecosystems/installed-package.js';
import { NOTHING_LEFT } from '../egress/evidence.js';
import type { Watch } from '../falco/hub.js';
import type { Actors } from '../report/attribution.js';
import { buildReport } from '../report/build.js';
import { comparisonFaults } from '../report/changes/compared.js';
import { PackageIndex } from '../report/package-index.js';
import { readProjectBaseline } from '../report/project-baseline.js';
import { onlyInAnotherGuise, unrepeated } from '../report/repeats.js';
import type { Report, RunningProcess } from '../report/report.js';
import type { ScriptCheck } from '../report/script-check.js';
import { Steps } from '../report/steps.js';
import type { IncompleteReason } from '../report/verdict.js';
import type { Attempt, DetonationDependencies } from './attempt.js';
import { Canaries } from './canaries.js';
import { Comparison } from './comparison.js';
import { CancelledError, within } from './deadline.js';
import { EXERCISES } from './depth.js';
import { GiveUp, reasonFor } from './give-up.js';
import type { JobState } from './job.js';
import { JobWitness } from './job-witness.js';
import { passLater } from './later-pass.js';
import { type LoadContext, loadEverything } from './load-phase.js';
import { withLines } from './located.js';
import { Monitor } from './monitor.js';
import { PhaseRecord } from './phase-record.js';
import type { SandboxRun, StepResult } from './ports.js';
import { type LoadsWithoutScripts, loadWithoutScripts, scriptCheckOf } from './script-check.js';
import { scriptOrder } from './script-order.js';
import { runAllScripts } from './script-phase.js';
import { type JobEvent, transition } from './transition.js';

/** What the sandbox itself may take beyond a step's own deadline before the worker stops believing it. */
const SLACK_MS = 30_000;

/** Calls, and the pass in another guise, are given at least this long, in milliseconds. */
const LEAST_EXTRA_MS = 8_000;

/** Leads one try of a job through its phases, and writes the report of whatever happened. */
export class Detonation {
  readonly #deps: DetonationDependencies;
  readonly #attempt: Attempt;
  readonly #monitor = new Monitor();
  readonly #canaries: Canaries;
  readonly #witness: JobWitness;
  readonly #comparison: Comparison;
  readonly #record: PhaseRecord;
  #state: JobState = 'queued';
  #run: SandboxRun | undefined;
  #packages: readonly InstalledPackage[] = [];
  #disagreements: readonly string[] = [];
  #commands: ReadonlyMap<string, string> = new Map();
  readonly #checksScripts: boolean;
  #withoutScripts: LoadsWithoutScripts | null = null;
  #scriptCheck: ScriptCheck | null;
  #leftRunning = false;
  #ended = false;

  constructor(deps: DetonationDependencies, attempt: Attempt) {
    this.#deps = deps;
    this.#attempt = attempt;
    this.#record = new PhaseRecord(deps.clock);
    this.#comparison = new Comparison(deps.clock);
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
    let archive: ProjectArchive | undefined;
    try {
      await this.#to('picked-up');
      this.#refuseExpired();
      archive = rewritten(await this.#deps.blobs.open(this.#attempt.spec.blob.key));
      const { prepareMs } = this.#deps.limits;
      const run = await this.#limited('preparing the sandbox', prepareMs, this.#createSandbox());
      watch = this.#deps.feed.watch(run.containerId, this.#monitor);
      if (run.hostProblem !== null) this.#record.incomplete.push(unprotected(run.hostProblem));
      await this.#phasesOf(run, archive);
    } catch (error) {
      this.#record.incomplete.push(reasonFor(error));
      await this.#to('gave-up');
    } finally {
      this.#ended = true;
      archive?.tar.destroy();
      await this.#witness.end();
      await Promise.all([this.#run?.destroy(), this.#canaries.end()]);
      watch?.close();
    }
    const { blobs, log } = this.#deps;
    const { key } = this.#attempt.spec.blob;
    return withLines(this.#report(), { blobs, key, folder: this.#run?.archiveFolder ?? '' }, log);
  }

  async #phasesOf(run: SandboxRun, archive: ProjectArchive): Promise<void> {
    const { limits } = this.#deps;
    await this.#canaries.awaitSource();
    await this.#limited('watching the decoys', limits.prepareMs, this.#witness.start(run));
    // Unpacking runs nothing of the project, so the sensor may still have to prove itself meanwhile.
    const unpacking = this.#limited('unpacking the archive', limits.prepareMs, run.unpack(archive));
    await Promise.all([this.#canaries.opening(run), unpacking]);
    await this.#to('watched');

    const fetched = await this.#fetch(run);
    await this.#to('fetched');
    if (fetched) await this.#runScripts(run);
    await this.#to('installed');
    if (fetched) {
      await this.#import(run);
      await this.#callAll(run);
      await this.#passLater(run);
    }
    await this.#to('imported');

    this.#record.start('drain');
    if (this.#leftRunning) await this.#limited('ending what still ran', SLACK_MS, run.endProcesses());
    await Promise.all([this.#canaries.closing(run), fetched ? this.#comparison.after(run) : undefined]);
    await this.#to('drained');
  }

  /**
   * Watches what the phase left running for a while. It goes on to the end of the job: a daemon lives through the build on
   * a CI machine too, and each second that it is watched it may show what it waits for. Before the closing canary it is
   * killed, so that nothing happens after the last moment that was watched. `ended`: what an earlier phase left, and was ended with a
   * step that had to be stopped: it was not watched to its end either.
   */
  async #linger(run: SandboxRun, ended: readonly RunningProcess[] = []): Promise<void> {
    const phase = this.#record.phases.at(-1);
    const { lingerMs } = this.#deps.limits;
    const running = await this.#limited('watching what still runs', lingerMs + SLACK_MS, run.linger(lingerMs));
    this.#leftRunning = running.length > 0;
    if (phase && running.length + ended.length > 0) phase.leftRunning = [...ended, ...running];
  }

  /** Brings the packages into place and lists them, before any of their code has run. Resolves with whether that worked. */
  async #fetch(run: SandboxRun): Promise<boolean> {
    const { installMs } = this.#deps.limits;
    this.#record.start('fetch');
    const fetched = await this.#limited('the fetch', installMs + SLACK_MS, run.fetch(installMs));
    this.#record.add('fetch', fetched);
    // Both only look.
    await Promise.all([this.#listPackages(run, fetched), this.#comparison.start(run)]);
    const isFetched = fetched.exitCode === 0 && (await this.#fetchGitBuilds(run, installMs - fetched.durationMs));
    this.#monitor.keepWrites();
    return isFetched;
  }

  /** Resolves with whether every git dependency that has to be built can be. */
  async #fetchGitBuilds(run: SandboxRun, timeLeftMs: number): Promise<boolean> {
    const ms = Math.max(1, timeLeftMs);
    const fetching = run.fetchGitBuilds(this.#packages, ms);
    const fetched = await this.#limited('fetching what git dependencies are built with', ms + SLACK_MS, fetching);
    if (fetched !== null) this.#record.add('fetch', fetched);
    return fetched === null || fetched.exitCode === 0;
  }

  /** The scripts have the time that the fetch left. */
  async #runScripts(run: SandboxRun): Promise<void> {
    const { clock, limits } = this.#deps;
    if (this.#checksScripts) {
      await this.#loadWithoutScripts(run);
      await this.#comparison.after(run);
    }
    this.#record.start('install');
    const used = this.#record.phases.find(({ name }) => name === 'fetch')?.durationMs ?? 0;
    const { phase, incomplete, log } = await runAllScripts(scriptOrder(this.#packages, run.projectDir), {
      runScripts: (pkg, ms) => this.#comparison.scripts(run, pkg, () => run.runScripts(pkg, ms)),
      clock,
      timeoutMs: Math.max(0, limits.installMs - used),
      limited: (what, ms, work) => this.#limited(what, ms + SLACK_MS, work),
    });
    this.#record.phases.push(phase);
    this.#record.incomplete.push(...incomplete);
    this.#record.addLog(log);
    await this.#linger(run);
  }

  async #import(run: SandboxRun): Promise<void> {
    this.#record.start('import');
    const loads = await loadEverything(run, this.#loadContext(run, this.#deps.limits.importMs));
    this.#record.addImport(loads);
    if (this.#withoutScripts !== null) this.#scriptCheck = scriptCheckOf(this.#withoutScripts, loads.imported.worked);
    await this.#linger(run);
  }

  /** How a call ends is no matter: it was called with nonsense. What does not come to it in time was loaded all the same. */
  async #callAll(run: SandboxRun): Promise<void> {
    const { callShare } = EXERCISES[this.#deps.depth];
    if (callShare === 0) return;
    const before = this.#record.phases.at(-1)?.leftRunning ?? [];
    const ms = Math.max(LEAST_EXTRA_MS, this.#sofarMs() * callShare);
    this.#record.start('execute');
    const called = await this.#limited('calling what packages export', ms + SLACK_MS, run.callAll(ms, this.#packages));
    if (called === null) return;
    const { command, exitCode, durationMs, timedOut, loaded } = called;
    this.#record.phases.push({ name: 'execute', command, exitCode, durationMs, timedOut, loaded: [...loaded] });
    await this.#linger(run, timedOut ? before : []);
  }

  #sofarMs(): number {
    const { clock } = this.#deps;
    const [first] = this.#record.starts;
    return clock.now() - (first?.at ?? clock.now());
  }

  /** Once more, in another guise: at most a part of what the job took so far. */
  async #passLater(run: SandboxRun): Promise<void> {
    const { later, laterShare } = EXERCISES[this.#deps.depth];
    if (later === null) return;
    const sofar = this.#sofarMs();
    this.#record.start('later');
    // What was changed while packages were loaded is not the doing of the scripts that run now.
    await this.#comparison.after(run);
    const before = this.#record.phases.at(-1)?.leftRunning ?? [];
    const { phase, endedOthers } = await passLater(run, {
      ...this.#loadContext(run, Math.max(LEAST_EXTRA_MS, sofar * laterShare)),
      withScripts: scriptOrder(this.#packages, run.projectDir),
      steps: this.#record.phases.flatMap(({ steps = [] }) => steps),
      guise: later,
      runScripts: (pkg, ms, guise) => this.#comparison.scripts(run, pkg, () => run.runScripts(pkg, ms, guise)),
      onlyLater: () => onlyInAnotherGuise(this.#monitor, this.#actors(run)),
    });
    this.#record.phases.push(phase);
    await this.#linger(run, endedOthers ? before : []);
  }

  #loadContext(run: SandboxRun, timeoutMs: number): LoadContext {
    return {
      packages: this.#packages,
      clock: this.#deps.clock,
      timeoutMs,
      marks: this.#monitor.marks,
      limited: (what, ms, work) => this.#limited(what, ms + SLACK_MS, work),
      toldOf: () => this.#canaries.between(run),
      unrepeated: (marks) => unrepeated(this.#monitor, this.#actors(run), marks),
    };
  }

  #actors({ steps, projectDir }: SandboxRun): Actors {
    return { tree: this.#monitor.tree, steps, packages: new PackageIndex(this.#packages, projectDir, this.#commands) };
  }

  /** An extra that the job asks for: where it has no answer, that is no fault of the job. What is seen of it counts. */
  async #loadWithoutScripts(run: SandboxRun): Promise<void> {
    const { importMs } = this.#deps.limits;
    this.#record.start('check');
    const loading = loadWithoutScripts(run, this.#packages, importMs);
    this.#withoutScripts = await this.#limited('loading without scripts', importMs + SLACK_MS, loading);
    this.#scriptCheck = scriptCheckOf(this.#withoutScripts, new Set());
    const { phase } = this.#withoutScripts;
    if (phase === null) return;
    this.#record.phases.push(phase);
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
      const hasFailed = this.#record.incomplete.some(({ code }) => code === 'fetch-failed' || code === 'fetch-timeout');
      this.#record.incomplete.push(...listing.incomplete.filter(({ code }) => code !== 'fetch-failed' || !hasFailed));
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      const message = `the installed packages could not be listed: ${error instanceof Error ? error.message : error}`;
      this.#record.incomplete.push({ code: 'sandbox-failed', message });
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

  #faults(): readonly IncompleteReason[] {
    const compared = comparisonFaults(this.#comparison.result());
    return [...this.#record.incomplete, ...this.#monitor.faults(), ...this.#witness.faults(), ...compared];
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
      phases: this.#record.phases,
      phaseStarts: this.#record.starts,
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
      ...(this.#run?.wayOut() ?? NOTHING_LEFT),
      contacts: this.#monitor.contacts,
      writes: this.#monitor.writes,
      marks: this.#monitor.marks,
      acting: this.#monitor.acting,
      codeReads: this.#monitor.codeReads,
      compared: this.#comparison.result(),
      decoys: this.#run?.decoys ?? [],
      witnessed: this.#witness.witnessed,
      scriptCheck: this.#scriptCheck,
      incomplete: this.#faults(),
      log: this.#record.log,
      failOn: limits.failOn,
      known: this.#deps.known,
      behaviours: this.#deps.behaviours,
      baseline: this.#deps.baseline,
      projectBaseline: uploaded === undefined ? null : readProjectBaseline(uploaded, mode),
    });
  }
}

/** What a package asked of the machine that the worker runs on went past the gateway, so nobody saw it. */
function unprotected(problem: string): IncompleteReason {
  const message = `the sandbox could reach what listens on the worker's machine: ${problem}`;
  return { code: 'host-unprotected', message };
}
