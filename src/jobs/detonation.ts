import { type ProjectArchive, rewritten } from '../blobs/rewrite.js';
import type { Watch } from '../falco/hub.js';
import type { Actors } from '../report/attribution/attribution.js';
import { PackageIndex } from '../report/attribution/files/package-index.js';
import { onlyInAnotherGuise, unrepeated } from '../report/findings/repeats.js';
import type { RunningProcess } from '../report/phase.js';
import type { Report } from '../report/report.js';
import type { ScriptCheck } from '../report/scripts/script-check.js';
import type { IncompleteReason } from '../report/verdict/verdict.js';
import type { Attempt, DetonationDependencies } from './attempt.js';
import { type Limited, within } from './deadline.js';
import { IncompleteRunError, reasonFor } from './incomplete-run.js';
import type { JobState } from './job.js';
import { reportOf } from './job-report.js';
import { withLines } from './located.js';
import { Comparison } from './phases/comparison.js';
import { Exercise } from './phases/exercise.js';
import { Fetched } from './phases/fetched.js';
import { type LoadContext, loadEverything } from './phases/load-phase.js';
import { PhaseRecord } from './phases/phase-record.js';
import { type LoadsWithoutScripts, loadWithoutScripts, scriptCheckOf } from './phases/script-check.js';
import { scriptOrder } from './phases/script-order.js';
import { runAllScripts } from './phases/script-phase.js';
import { SecretWatch } from './phases/secret-watch.js';
import type { SandboxRun } from './ports.js';
import { type JobEvent, transition } from './transition.js';
import { Canaries } from './watching/canaries.js';
import { JobWitness } from './watching/job-witness.js';
import { Monitor } from './watching/monitor.js';

/** How much longer than a step's own deadline the sandbox may take to end it before the worker gives up on the sandbox. */
const SLACK_MS = 30_000;

/** Runs one attempt at a job through its phases, and builds the report, whatever happened. */
export class Detonation {
  readonly #deps: DetonationDependencies;
  readonly #attempt: Attempt;
  readonly #monitor = new Monitor();
  readonly #canaries: Canaries;
  readonly #witness: JobWitness;
  readonly #secrets: SecretWatch;
  readonly #comparison: Comparison;
  readonly #record: PhaseRecord;
  #state: JobState = 'queued';
  #run: SandboxRun | undefined;
  readonly #fetched: Fetched;
  readonly #checksScripts: boolean;
  #withoutScripts: LoadsWithoutScripts | null = null;
  #scriptCheck: ScriptCheck | null;
  #leftRunning = false;
  #ended = false;

  constructor(deps: DetonationDependencies, attempt: Attempt) {
    this.#deps = deps;
    this.#attempt = attempt;
    this.#record = new PhaseRecord(deps.clock);
    this.#fetched = new Fetched(this.#record);
    this.#secrets = new SecretWatch(this.#monitor.writes, deps.clock);
    this.#comparison = new Comparison(deps.clock, this.#secrets);
    this.#canaries = new Canaries(deps, attempt.signal, this.#monitor, attempt.spec.id);
    this.#witness = new JobWitness(deps.watchDecoys, deps.log.child({ job: attempt.spec.id }));
    const asked = attempt.spec.checkNeeded ?? deps.checkNeeded;
    this.#checksScripts = asked;
    this.#scriptCheck = asked ? { loads: new Map(), problem: 'the run ended before this check' } : null;
  }

  /**
   * Runs the job and resolves with its report. Failures of the project and of the sensor become part of the report. Failures of the
   * machine (e.g. Docker is down) are thrown, so that the queue retries the job. The sandbox is removed in both cases.
   */
  async run(): Promise<Report> {
    let watch: Watch | undefined;
    let archive: ProjectArchive | undefined;
    try {
      await this.#to('picked-up');
      this.#refuseExpired();
      archive = rewritten(await this.#deps.blobs.open(this.#attempt.spec.blob));
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
      await Promise.all([this.#destroy(), this.#canaries.end()]);
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
    // Unpacking runs no code of the project, so it need not wait for the opening canary.
    const unpacking = this.#limited('unpacking the archive', limits.prepareMs, run.unpack(archive));
    await Promise.all([this.#canaries.opening(run), unpacking]);
    await this.#to('watched');

    const fetched = await this.#fetch(run);
    await this.#to('fetched');
    if (fetched) await this.#runScripts(run);
    await this.#to('installed');
    if (fetched) {
      await this.#import(run);
      await this.#exercise(run);
    }
    await this.#to('imported');

    this.#record.start('drain');
    if (this.#leftRunning) await this.#withSlack('ending the remaining processes', 0, run.endProcesses());
    await Promise.all([this.#canaries.closing(run), fetched ? this.#comparison.after(run) : undefined]);
    if (fetched) await this.#limited('searching for credentials', limits.prepareMs, this.#secrets.lookAgain(run));
    await this.#to('drained');
  }

  /**
   * Watches processes that the phase left running for a while. They keep running until the end of the job, as a daemon does on a CI
   * machine: the longer they are watched, the likelier they show what they wait for. Before the closing canary they are killed, so
   * that nothing happens unwatched. `ended`: processes that an earlier phase left, and that were killed together with a step that
   * passed its deadline; the report lists them too, because they were not watched to their end either.
   */
  async #linger(run: SandboxRun, ended: readonly RunningProcess[] = []): Promise<void> {
    const phase = this.#record.phases.at(-1);
    const { lingerMs } = this.#deps.limits;
    const running = await this.#withSlack('watching the remaining processes', lingerMs, run.linger(lingerMs));
    this.#leftRunning = running.length > 0;
    if (phase && running.length + ended.length > 0) phase.leftRunning = [...ended, ...running];
  }

  /** Downloads and unpacks the packages and lists them, before any of their code runs. Resolves with whether that worked. */
  async #fetch(run: SandboxRun): Promise<boolean> {
    const { installMs } = this.#deps.limits;
    const isFetched = await this.#fetched.fetch({
      run,
      installMs,
      comparison: this.#comparison,
      limited: this.#withSlack,
    });
    this.#monitor.keepWrites();
    return isFetched;
  }

  /** Runs the install scripts; they share `installMs` with the fetch. */
  async #runScripts(run: SandboxRun): Promise<void> {
    const { clock, limits } = this.#deps;
    if (this.#checksScripts) {
      await this.#loadWithoutScripts(run);
      await this.#comparison.after(run);
    }
    this.#record.start('install');
    const used = this.#record.phases.find(({ name }) => name === 'fetch')?.durationMs ?? 0;
    const { phase, incomplete, log } = await runAllScripts(scriptOrder(this.#fetched.packages, run.projectDir), {
      runScripts: (pkg, ms) => this.#comparison.scripts(run, pkg, () => run.runScripts(pkg, ms)),
      clock,
      timeoutMs: Math.max(0, limits.installMs - used),
      limited: this.#withSlack,
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

  /** The phases after install and import that the service's depth and the job ask for. */
  async #exercise(run: SandboxRun): Promise<void> {
    const { clock, depth, limits } = this.#deps;
    const exercise = new Exercise({
      run,
      spec: this.#attempt.spec,
      packages: this.#fetched.packages,
      record: this.#record,
      comparison: this.#comparison,
      clock,
      depth,
      scriptsMs: limits.installMs,
      limited: this.#withSlack,
      linger: (ended) => this.#linger(run, ended),
      loadContext: (ms) => this.#loadContext(run, ms),
      onlyLater: () => onlyInAnotherGuise(this.#monitor, this.#actors(run)),
      hasLostAlerts: () => this.#monitor.faults().length > 0,
    });
    await exercise.callAll();
    await exercise.passLater();
    await exercise.runProject();
  }

  #loadContext(run: SandboxRun, timeoutMs: number): LoadContext {
    return {
      packages: this.#fetched.packages,
      clock: this.#deps.clock,
      timeoutMs,
      marks: this.#monitor.marks,
      limited: this.#withSlack,
      alertsArrived: () => this.#canaries.between(run),
      unrepeated: (marks) => unrepeated(this.#monitor, this.#actors(run), marks),
    };
  }

  #actors({ steps, projectDir }: SandboxRun): Actors {
    const { packages, commands } = this.#fetched;
    return { tree: this.#monitor.tree, steps, packages: new PackageIndex(packages, projectDir, commands) };
  }

  /** An optional check: if it fails, the run is not incomplete. Alerts during the check count like all others. */
  async #loadWithoutScripts(run: SandboxRun): Promise<void> {
    const { importMs } = this.#deps.limits;
    this.#record.start('check');
    const loading = loadWithoutScripts(run, this.#fetched.packages, importMs);
    this.#withoutScripts = await this.#withSlack('loading without scripts', importMs, loading);
    this.#scriptCheck = scriptCheckOf(this.#withoutScripts, new Set());
    const { phase } = this.#withoutScripts;
    if (phase === null) return;
    this.#record.phases.push(phase);
    await this.#linger(run);
    if (this.#leftRunning) await this.#withSlack('ending the remaining processes', 0, run.endProcesses());
  }

  async #createSandbox(): Promise<SandboxRun> {
    const { spec, number } = this.#attempt;
    const { id: jobId, ecosystem, egress } = spec;
    const plan = { jobId, ecosystem, attempt: number, ...(egress === undefined ? {} : { egress }) };
    const run = await this.#deps.sandbox.create(plan);
    this.#run = run;
    if (this.#ended) await this.#destroy();
    return run;
  }

  /** A failed removal must not cost a finished report: a later sweep removes what is left. */
  async #destroy(): Promise<void> {
    try {
      await this.#run?.destroy();
    } catch (error) {
      this.#deps.log.warn({ job: this.#attempt.spec.id, err: error }, 'the sandbox could not be removed yet');
    }
  }

  #refuseExpired(): void {
    const { clock, limits } = this.#deps;
    const waited = clock.now() - this.#attempt.spec.submittedAt;
    if (waited <= limits.queueMs) return;
    const message = `the job waited ${Math.round(waited / 1000)} s for a worker`;
    throw new IncompleteRunError({ code: 'queue-timeout', message });
  }

  readonly #withSlack: Limited = (what, ms, work) => this.#limited(what, ms + SLACK_MS, work);

  #limited<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
    return within(what, ms, this.#attempt.signal, work);
  }

  async #to(event: JobEvent): Promise<void> {
    this.#state = transition(this.#state, event);
    await this.#attempt.onState(this.#state);
  }

  #report(): Report {
    return reportOf({
      deps: this.#deps,
      spec: this.#attempt.spec,
      run: this.#run,
      record: this.#record,
      canaries: this.#canaries,
      monitor: this.#monitor,
      fetched: this.#fetched,
      comparison: this.#comparison,
      secrets: this.#secrets,
      witness: this.#witness,
      scriptCheck: this.#scriptCheck,
    });
  }
}

/** The run is incomplete, because connections to the worker's machine bypass the gateway and so are not recorded. */
function unprotected(problem: string): IncompleteReason {
  const message = `the sandbox could reach services on the worker's machine: ${problem}`;
  return { code: 'host-unprotected', message };
}
