import { relative } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import { GEMFILE, PACKAGE_JSON } from '../blobs/manifest.js';
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
import { type Captured, ContainerCommands, firstLines } from './commands.js';
import type { DecoyFile } from './decoys/decoy.js';
import { removed } from './docker-call.js';
import { type Choice, chooseManager } from './ecosystems/choose.js';
import type { NetworkSettings, PackageManager } from './ecosystems/manager.js';
import { npm } from './ecosystems/npm.js';
import { type FoundProject, foundProject } from './ecosystems/project.js';
import { YARN_HOME_SETTINGS, yarnScopes } from './ecosystems/yarn-scopes.js';
import { SandboxError } from './errors.js';
import { CA_FILE, HOME, PROJECT } from './identity.js';
import { importPlan, onlyIn } from './import-plan.js';
import { MAX_RESULT_BYTES, readImportResults } from './import-results.js';
import { removeContainer } from './leftovers.js';
import type { JobNetwork } from './network.js';
import type { SandboxLimits } from './options.js';
import { OutputTail } from './output-tail.js';
import { MAX_LISTING_BYTES, parsePackageList } from './package-list.js';
import { runningIn } from './running.js';
import { SET_ASIDE } from './set-aside.js';
import { tarOf } from './tar-of.js';
import { unpackArchive } from './unpack.js';

/** How often a lingering sandbox is looked at, in milliseconds. */
const LOOK_MS = 250;
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

/** One started container with its network and gateway. */
export class DockerRun implements SandboxRun {
  readonly #parts: DockerRunParts;
  readonly #commands: ContainerCommands;
  #project: FoundProject = { root: PROJECT, files: [], packageManager: null, yarnLock: null };
  #choice: Choice | undefined;
  #leftOut: readonly string[] = [];
  #extraCa: string | undefined;

  constructor(parts: DockerRunParts) {
    this.#parts = parts;
    this.#commands = new ContainerCommands(parts);
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

  get archiveFolder(): string {
    return relative(PROJECT, this.#project.root);
  }

  /** Makes the project folder, the file of certificate authorities, and the decoys, one of which is yarn's settings too. `putArchive` does not reach a tmpfs, hence `tar`. */
  async prepare(extraCa: string | undefined): Promise<void> {
    this.#extraCa = extraCa;
    const { decoys, clock, networkSettings } = this.#parts;
    const authorities = extraCa === undefined ? [] : [{ path: CA_FILE, content: extraCa }];
    const files = [...authorities, ...decoys].map(({ path, content }) => ({
      path: relative(HOME, path),
      content: path === YARN_HOME_SETTINGS ? content + yarnScopes(networkSettings.registries) : content,
    }));
    const script = [
      `tar -xf - -C ${HOME} && mkdir -p ${PROJECT}`,
      ...(extraCa === undefined ? [] : [`cat /etc/ssl/certs/ca-certificates.crt >> ${CA_FILE}`]),
    ].join(' && ');
    const stdin = Readable.from([tarOf(files, new Date(clock.now() - DECOY_AGE_MS))]);
    const { exitCode, stdout, stderr } = await this.#commands.capture(['sh', '-c', script], { cwd: '/', stdin });
    // What the engine says of a program that its runtime can't start comes as the program's output.
    const said = stderr || firstLines(stdout);
    if (exitCode !== 0) throw new SandboxError('docker-failed', `the sandbox could not be prepared: ${said}`);
  }

  async canary(marker: string): Promise<void> {
    const { exitCode } = await this.#commands.capture(['/bin/true', marker], { cwd: '/' });
    if (exitCode !== 0) throw new SandboxError('container-gone', 'a test process could not be run in the sandbox');
  }

  get manager(): Report['manager'] {
    if (this.#choice === undefined) return null;
    const { manager, reason } = this.#choice;
    return { name: manager.name, version: manager.version, reason, leftOut: [...this.#leftOut] };
  }

  async unpack(archive: Readable): Promise<void> {
    await unpackArchive(this.#commands, archive, this.#parts.limits);
    const { ecosystem } = this.#parts;
    const { files } = ecosystem === 'bundler' ? GEMFILE : PACKAGE_JSON;
    const findRoot = ['node', '/opt/packwarden/find-root.mjs', PROJECT, ...files];
    const found = await this.#commands.capture(findRoot, { cwd: PROJECT });
    if (found.exitCode !== 0) throw unpackFailed('the archive holds no project', found);
    this.#project = foundProject.parse(JSON.parse(found.stdout));
    this.#choice = chooseManager(ecosystem, this.#project);
    this.#commands.environment = this.#manager.environment(this.#parts.networkSettings);
    await this.#settle();
  }

  install(timeoutMs: number): Promise<StepResult> {
    const command = this.#manager.install(this.#project, this.#parts.networkSettings);
    return this.#commands.step(command, { cwd: this.projectDir, timeoutMs });
  }

  installWithoutScripts(timeoutMs: number): Promise<StepResult> | null {
    const command = this.#manager.installWithoutScripts(this.#project, this.#parts.networkSettings);
    return command && this.#commands.step(command, { cwd: this.projectDir, timeoutMs });
  }

  async startAfresh(archive: Readable): Promise<void> {
    const aside = await this.#commands.capture(['sh', '-c', SET_ASIDE], { cwd: '/' });
    if (aside.exitCode !== 0) {
      throw new SandboxError(
        'clearing-failed',
        `what the project left could not be put out of the way: ${aside.stderr}`,
      );
    }
    try {
      await this.prepare(this.#extraCa);
    } catch (cause) {
      if (!(cause instanceof SandboxError) || cause.code !== 'docker-failed') throw cause;
      throw new SandboxError('clearing-failed', cause.message, { cause });
    }
    await this.unpack(archive);
  }

  get #manager(): PackageManager {
    return this.#choice?.manager ?? npm;
  }

  /** Nothing of the project runs for this: its configuration is only rewritten. */
  async #settle(): Promise<void> {
    const command = this.#manager.settle(this.#project);
    if (command === null) return;
    const settled = await this.#commands.capture(command, { cwd: '/' });
    if (settled.exitCode !== 0) throw unpackFailed('the configuration of the project could not be read', settled);
    this.#leftOut = settled.stdout
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, MAX_LEFT_OUT);
  }

  async importAll(
    timeoutMs: number,
    packages: readonly InstalledPackage[],
    folders?: ReadonlySet<string>,
  ): Promise<ImportResult> {
    const { importEachMs, lingerMs } = this.#parts.limits;
    const { runtime, loader } = this.#manager.load;
    const whole = importPlan(packages, this.projectDir);
    const plan = folders === undefined ? whole : onlyIn(folders, whole);
    // Tools are asked for help only while half of the time is left.
    const seconds = [importEachMs, lingerMs, timeoutMs / 2].map((ms) => String(ms / 1000));
    const command = ['node', '/opt/packwarden/import-all.mjs', this.projectDir, ...seconds, runtime, loader];
    const results = new OutputTail(MAX_RESULT_BYTES);
    const channel = { stdin: JSON.stringify(plan), stdout: results };
    const step = await this.#commands.step(command, { cwd: this.projectDir, timeoutMs, channel });
    return { ...step, ...readImportResults(results.text(), plan, packages) };
  }

  async linger(ms: number): Promise<readonly RunningProcess[]> {
    const { clock, container } = this.#parts;
    const deadline = clock.now() + ms;
    while (!this.#commands.wasKilled) {
      const running = await runningIn(container);
      if (running.length === 0 || clock.now() >= deadline) return running;
      await sleep(Math.min(LOOK_MS, Math.max(0, deadline - clock.now())));
    }
    return [];
  }

  endProcesses(): Promise<void> {
    return this.#commands.endEverything();
  }

  async packages(): Promise<readonly InstalledPackage[]> {
    const command = this.#manager.list(this.#project);
    const listing = await this.#commands.capture(command, { cwd: this.projectDir, keep: MAX_LISTING_BYTES });
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
}

function unpackFailed(what: string, { stderr }: Captured): SandboxError {
  return new SandboxError('unpack-failed', `${what}: ${stderr}`);
}
