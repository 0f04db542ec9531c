import { relative } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { DataNames } from '../egress/data-names.js';
import type { Gateway } from '../egress/gateway.js';
import type { EgressLeak } from '../egress/leak.js';
import type { EgressMode } from '../egress/mode.js';
import type { EgressRecord } from '../egress/record.js';
import type { Ecosystem } from '../jobs/job.js';
import type { Clock, ImportResult, SandboxRun, StepResult } from '../jobs/ports.js';
import type { PlantedDecoy } from '../report/decoys.js';
import type { InstalledPackage } from '../report/installed-package.js';
import type { Report, RunningProcess } from '../report/report.js';
import type { DecoyFile } from './decoys/decoy.js';
import { removed } from './docker-call.js';
import { type Choice, chooseManager } from './ecosystems/choose.js';
import type { NetworkSettings, PackageManager } from './ecosystems/manager.js';
import { npm } from './ecosystems/npm.js';
import { type FoundProject, foundProject } from './ecosystems/project.js';
import { SandboxError } from './errors.js';
import { type ExecRequest, type ExecResult, runExec } from './exec.js';
import { CA_FILE, CI_USER, CONFINE, HOME, PROJECT } from './identity.js';
import { importPlan } from './import-plan.js';
import { MAX_RESULT_BYTES, readImportResults } from './import-results.js';
import { removeContainer } from './leftovers.js';
import type { JobNetwork } from './network.js';
import type { SandboxLimits } from './options.js';
import { OutputTail } from './output-tail.js';
import { MAX_LISTING_BYTES, parsePackageList } from './package-list.js';
import { runningIn } from './running.js';
import { tarOf } from './tar-of.js';

const LOG_BYTES = 64 * 1024;
/** Of a tool's complaint, in characters. */
const MESSAGE_CHARS = 500;
/** How often a lingering sandbox is looked at, in milliseconds. */
const LOOK_MS = 250;
/** How long the end of everything in the container may take before the container itself is killed, in milliseconds. */
const KILL_MS = 5_000;
/** Credentials that are as old as the sandbox would be noticed. */
const DECOY_AGE_MS = 40 * 86_400_000;

/** Settings of a project that a report names. */
const MAX_LEFT_OUT = 50;

/** The parts that a run owns from now on. */
export interface DockerRunParts {
  readonly docker: Docker;
  readonly container: Docker.Container;
  readonly network: JobNetwork;
  readonly gateway: Gateway;
  /** That HOME is on, if it is on one. */
  readonly volume?: string;
  readonly limits: SandboxLimits;
  readonly decoys: readonly DecoyFile[];
  readonly ecosystem: Ecosystem;
  readonly networkSettings: NetworkSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A step's program that takes input, and whose standard output is no part of the log. */
interface StepChannel {
  readonly stdin: string;
  readonly stdout: OutputTail;
}

/** What one program printed on each stream, at most. */
interface Captured extends ExecResult {
  readonly stdout: string;
  readonly stdoutBytes: number;
  readonly stderr: string;
}

/** One started container with its network and gateway. */
export class DockerRun implements SandboxRun {
  readonly #parts: DockerRunParts;
  #project: FoundProject = { root: PROJECT, files: [], packageManager: null, yarnLock: null };
  #choice: Choice | undefined;
  #leftOut: readonly string[] = [];
  #wasKilled = false;

  constructor(parts: DockerRunParts) {
    this.#parts = parts;
  }

  get containerId(): string {
    return this.#parts.container.id;
  }

  get gateway(): string {
    return this.#parts.network.gateway;
  }

  get decoys(): readonly PlantedDecoy[] {
    return this.#parts.decoys;
  }

  get projectDir(): string {
    return this.#project.root;
  }

  /** Makes the project folder, the file of certificate authorities, and the decoys. `putArchive` does not reach a tmpfs, hence `tar`. */
  async prepare(extraCa: string | undefined): Promise<void> {
    const { decoys, clock } = this.#parts;
    const authorities = extraCa === undefined ? [] : [{ path: CA_FILE, content: extraCa }];
    const files = [...authorities, ...decoys].map(({ path, content }) => ({
      path: relative(HOME, path),
      content,
    }));
    const script = [
      `tar -xf - -C ${HOME} && mkdir -p ${PROJECT}`,
      ...(extraCa === undefined ? [] : [`cat /etc/ssl/certs/ca-certificates.crt >> ${CA_FILE}`]),
    ].join(' && ');
    const stdin = Readable.from([tarOf(files, new Date(clock.now() - DECOY_AGE_MS))]);
    const { exitCode, stdout, stderr } = await this.#capture(['sh', '-c', script], { cwd: '/', stdin });
    // What the engine says of a program that its runtime can't start comes as the program's output.
    const said = stderr || firstLines(stdout);
    if (exitCode !== 0) throw new SandboxError('docker-failed', `the sandbox could not be prepared: ${said}`);
  }

  async canary(marker: string): Promise<void> {
    const { exitCode } = await this.#capture(['/bin/true', marker], { cwd: '/' });
    if (exitCode !== 0) throw new SandboxError('container-gone', 'a test process could not be run in the sandbox');
  }

  get manager(): Report['manager'] {
    if (this.#choice === undefined) return null;
    const { manager, reason } = this.#choice;
    return { name: manager.name, version: manager.version, reason, leftOut: [...this.#leftOut] };
  }

  async unpack(archive: Readable): Promise<void> {
    const tar = ['tar', '-xzf', '-', '--no-same-owner', '-C', PROJECT];
    const unpacked = await this.#capture(tar, { cwd: PROJECT, stdin: archive });
    if (unpacked.exitCode !== 0) throw unpackFailed('the archive could not be unpacked', unpacked);
    const { ecosystem } = this.#parts;
    const manifest = ecosystem === 'bundler' ? 'Gemfile' : 'package.json';
    const found = await this.#capture(['node', '/opt/packwarden/find-root.mjs', PROJECT, manifest], { cwd: PROJECT });
    if (found.exitCode !== 0) throw unpackFailed('the archive holds no project', found);
    this.#project = foundProject.parse(JSON.parse(found.stdout));
    this.#choice = chooseManager(ecosystem, this.#project);
    await this.#settle();
  }

  install(timeoutMs: number): Promise<StepResult> {
    return this.#step(this.#manager.install(this.#project, this.#parts.networkSettings), timeoutMs);
  }

  get #manager(): PackageManager {
    return this.#choice?.manager ?? npm;
  }

  /** Nothing of the project runs for this: its configuration is only rewritten. */
  async #settle(): Promise<void> {
    const command = this.#manager.settle(this.#project);
    if (command === null) return;
    const settled = await this.#capture(command, { cwd: '/' });
    if (settled.exitCode !== 0) throw unpackFailed('the configuration of the project could not be read', settled);
    this.#leftOut = settled.stdout
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, MAX_LEFT_OUT);
  }

  async importAll(timeoutMs: number, packages: readonly InstalledPackage[]): Promise<ImportResult> {
    const { importEachMs, lingerMs } = this.#parts.limits;
    const { runtime, loader } = this.#manager.load;
    const plan = importPlan(packages, this.projectDir);
    // Tools are asked for help only while half of the time is left.
    const seconds = [importEachMs, lingerMs, timeoutMs / 2].map((ms) => String(ms / 1000));
    const command = ['node', '/opt/packwarden/import-all.mjs', this.projectDir, ...seconds, runtime, loader];
    const results = new OutputTail(MAX_RESULT_BYTES);
    const step = await this.#step(command, timeoutMs, { stdin: JSON.stringify(plan), stdout: results });
    return { ...step, ...readImportResults(results.text(), plan, packages) };
  }

  async linger(ms: number): Promise<readonly RunningProcess[]> {
    const { clock, container } = this.#parts;
    const deadline = clock.now() + ms;
    while (!this.#wasKilled) {
      const running = await runningIn(container);
      if (running.length === 0 || clock.now() >= deadline) return running;
      await sleep(Math.min(LOOK_MS, Math.max(0, deadline - clock.now())));
    }
    return [];
  }

  endProcesses(): Promise<void> {
    return this.#endEverything();
  }

  async packages(): Promise<readonly InstalledPackage[]> {
    const command = this.#manager.list(this.#project);
    const listing = await this.#capture(command, { cwd: this.projectDir, keep: MAX_LISTING_BYTES });
    if (listing.exitCode !== 0 || listing.stdoutBytes > MAX_LISTING_BYTES) {
      throw new SandboxError('listing-failed', `the installed packages could not be listed: ${listing.stderr}`);
    }
    return parsePackageList(listing.stdout);
  }

  get egressMode(): EgressMode {
    return this.#parts.gateway.mode;
  }

  egress(): readonly EgressRecord[] {
    return this.#parts.gateway.records();
  }

  leaks(): readonly EgressLeak[] {
    return this.#parts.gateway.leaks();
  }

  dataNames(): readonly DataNames[] {
    return this.#parts.gateway.dataNames();
  }

  async destroy(): Promise<void> {
    const { docker, container, network, gateway, volume, log } = this.#parts;
    try {
      await removeContainer(docker, container.id);
    } finally {
      await gateway.close();
    }
    if (volume !== undefined) await removed('removing a volume', docker.getVolume(volume).remove());
    await removed('removing a network', docker.getNetwork(network.id).remove());
    log.debug({ container: container.id }, 'sandbox removed');
  }

  /** A command of the report: its output's tail is kept, and at its deadline everything in the container ends. */
  async #step(command: readonly string[], timeoutMs: number, channel?: StepChannel): Promise<StepResult> {
    const { clock, log } = this.#parts;
    const tail = new OutputTail(LOG_BYTES);
    const started = clock.now();
    const onOutput: ExecRequest['onOutput'] = (name, payload) =>
      (name === 'stdout' && channel ? channel.stdout : tail).push(payload);
    const request = {
      command,
      cwd: this.projectDir,
      ...(channel ? { stdin: Readable.from([channel.stdin]) } : {}),
      deadlineMs: timeoutMs,
      onOutput,
    };
    const { exitCode, timedOut } = await this.#exec(request);
    const durationMs = clock.now() - started;
    const step = { command: command.join(' '), exitCode, timedOut, durationMs, log: tail.text(), logBytes: tail.total };
    const cutBytes = Math.max(0, step.logBytes - LOG_BYTES);
    log.info({ command: command[0], exitCode, timedOut, durationMs, logBytes: tail.total, cutBytes }, 'step ended');
    return step;
  }

  async #capture(
    command: readonly string[],
    { cwd, stdin, keep = LOG_BYTES }: { cwd: string; stdin?: Readable; keep?: number },
  ): Promise<Captured> {
    const stdout = new OutputTail(keep);
    const stderr = new OutputTail(LOG_BYTES);
    const { exitCode, timedOut } = await this.#exec({
      command,
      cwd,
      ...(stdin === undefined ? {} : { stdin }),
      deadlineMs: this.#parts.limits.stepMs,
      onOutput: (name, payload) => (name === 'stdout' ? stdout : stderr).push(payload),
    });
    const said = timedOut ? `it took longer than ${this.#parts.limits.stepMs / 1000} s` : firstLines(stderr.text());
    return { exitCode, timedOut, stdout: stdout.text(), stdoutBytes: stdout.total, stderr: said };
  }

  async #exec(request: Omit<ExecRequest, 'user'>): Promise<ExecResult> {
    if (this.#wasKilled) {
      throw new SandboxError('container-killed', 'the sandbox was killed: what ran in it could not be ended otherwise');
    }
    const result = await this.#confined(request);
    if (result.timedOut) await this.#endEverything();
    return result;
  }

  /**
   * Everything that runs as the project's user, our own tools too: what the project left running could write into the
   * memory of an unconfined process of the same user, and so do there what it may not do itself.
   */
  #confined(request: Omit<ExecRequest, 'user'>): Promise<ExecResult> {
    const command = [CONFINE, ...request.command];
    const env = this.#choice?.manager.environment(this.#parts.networkSettings) ?? [];
    return runExec(this.#parts.container, { ...request, command, env, user: CI_USER });
  }

  /**
   * Kills every process of the project's user: one system call that a fork can't slip past, whatever signals are ignored.
   * Where even that can't be started (a fork bomb holds all process ids), the container ends.
   */
  async #endEverything(): Promise<void> {
    const { container, log } = this.#parts;
    const request = {
      command: ['sh', '-c', 'kill -9 -1'],
      cwd: '/',
      deadlineMs: KILL_MS,
      onOutput: () => undefined,
    };
    const killed = await this.#confined(request).catch(() => undefined);
    if (killed?.exitCode === 0) return;
    log.warn({ container: container.id }, 'what ran past its deadline could not be ended: killing the container');
    this.#wasKilled = true;
    await removed('killing a container', container.kill());
  }
}

function firstLines(text: string): string {
  return text.trim().slice(0, MESSAGE_CHARS);
}

function unpackFailed(what: string, { stderr }: Captured): SandboxError {
  return new SandboxError('unpack-failed', `${what}: ${stderr}`);
}
