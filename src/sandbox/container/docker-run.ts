import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProjectArchive } from '../../blobs/rewrite.js';
import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { PackageManager } from '../../ecosystems/manager.js';
import { filesWithVariables, identifyingFiles, MANAGERS } from '../../ecosystems/managers.js';
import { OPT, PROJECT } from '../../ecosystems/places.js';
import { type FoundProject, foundProject } from '../../ecosystems/project.js';
import { type Choice, chooseManager, manifestsOf } from '../../ecosystems/recognition/choose.js';
import type { EgressEvidence } from '../../egress/evidence.js';
import type { EgressMode } from '../../egress/mode.js';
import type {
  Beats,
  GroupedLoads,
  ImportResult,
  PackageListing,
  ProjectScript,
  SandboxRun,
  SearchedFiles,
  StepResult,
} from '../../jobs/ports.js';
import type { Snapshot } from '../../report/changes/snapshot.js';
import type { PlantedDecoy } from '../../report/evidence/decoys.js';
import type { PrintedSecret } from '../../report/evidence/found-secrets.js';
import type { Steps } from '../../report/evidence/steps.js';
import type { Guise } from '../../report/guise.js';
import type { RunningProcess } from '../../report/phase.js';
import type { Report } from '../../report/report.js';
import { SandboxError } from '../errors.js';
import { MAX_LISTING_BYTES, parsePackageList } from '../packages/package-list.js';
import { PackageLoads } from '../packages/package-loads.js';
import { PackageSteps } from '../packages/package-steps.js';
import { settingsVariables } from '../packages/settings-variables.js';
import { inTime, removed } from './docker-call.js';
import type { DockerRunParts } from './docker-run-parts.js';
import { startBeats } from './exec/beats.js';
import { type Captured, ContainerCommands } from './exec/commands.js';
import { runningIn } from './exec/running.js';
import { prepareHome } from './files/prepare-home.js';
import { changedSince, searchFiles } from './files/secret-files.js';
import { takeSnapshot } from './files/snapshot.js';
import { unpackArchive } from './files/unpack.js';
import { removeContainer } from './leftovers.js';

/** How often a lingering sandbox is checked, in milliseconds. */
const LOOK_MS = 250;

/** Limit for the output of `find-root.mjs`: a manifest of at most 1 MiB, and the beginnings of some files. */
const MAX_PROJECT_BYTES = 4 * 1024 * 1024;
/** Limit for the settings of a project that a report lists. */
const MAX_LEFT_OUT = 50;

/** One started container with its network and gateway. */
export class DockerRun implements SandboxRun {
  readonly #parts: DockerRunParts;
  readonly #commands: ContainerCommands;
  #project: FoundProject = { root: PROJECT, files: [], heads: {}, manifest: {}, unset: [] };
  #brought: ReadonlySet<string> = new Set();
  #choice: Choice | undefined;
  #leftOut: readonly string[] = [];
  #steps: PackageSteps | undefined;

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

  get brought(): ReadonlySet<string> {
    return this.#brought;
  }

  get projectDir(): string {
    return this.#project.root;
  }

  get archiveFolder(): string {
    return relative(PROJECT, this.#project.root);
  }

  prepare(authority: string): Promise<void> {
    return prepareHome(authority, this.#parts, this.#commands);
  }

  get hostProblem(): string | null {
    return this.#parts.hostProblem;
  }

  async hostPid(): Promise<number> {
    const { State } = await inTime('looking for the sandbox', this.#parts.container.inspect());
    return State.Pid;
  }

  async canary(marker: string): Promise<void> {
    const { exitCode } = await this.#commands.capture(['/bin/true', marker], { cwd: '/', kind: 'canary' });
    if (exitCode !== 0) throw new SandboxError('container-gone', 'a test process could not be run in the sandbox');
  }

  startBeats(): Beats {
    return startBeats(this.#parts.container);
  }

  get manager(): Report['manager'] {
    if (this.#choice === undefined) return null;
    const { manager, reason } = this.#choice;
    const deciding = manager.lock.deciding.find((file) => this.#project.files.includes(file.name));
    return {
      name: manager.name,
      version: manager.version,
      reason,
      leftOut: [...this.#leftOut],
      ...(deciding === undefined ? {} : { decidedBy: deciding.name }),
    };
  }

  async unpack(archive: ProjectArchive): Promise<void> {
    this.#brought = await unpackArchive(this.#commands, archive, this.#parts.limits);
    const { ecosystem, networkSettings, settingsToken } = this.#parts;
    const files = [manifestsOf(ecosystem), identifyingFiles(), filesWithVariables()].map((names) => names.join(','));
    const findRoot = ['node', `${OPT}/find-root.mjs`, PROJECT, ...files];
    const found = await this.#commands.capture(findRoot, { cwd: PROJECT, keep: MAX_PROJECT_BYTES });
    if (found.exitCode !== 0) throw unpackFailed('the archive holds no project', found);
    this.#project = foundProject.parse(JSON.parse(found.stdout));
    this.#choice = chooseManager(ecosystem, this.#project);
    this.#commands.environment = [
      ...settingsVariables(this.#project.unset, settingsToken.value, networkSettings.registry),
      ...this.#manager.environment(networkSettings, this.#project),
    ];
    await this.#sanitize();
  }

  fetch(timeoutMs: number): Promise<StepResult> {
    return this.#packageSteps.fetch(timeoutMs);
  }

  fetchGitBuilds(packages: readonly InstalledPackage[], timeoutMs: number): Promise<StepResult | null> {
    return this.#packageSteps.fetchGitBuilds(packages, timeoutMs);
  }

  runScripts(pkg: InstalledPackage, timeoutMs: number, guise?: Guise): Promise<StepResult> {
    return this.#packageSteps.runScripts(pkg, timeoutMs, guise);
  }

  runProjectScript(name: string, timeoutMs: number): Promise<ProjectScript> {
    return this.#packageSteps.runProjectScript(name, timeoutMs);
  }

  get #packageSteps(): PackageSteps {
    const { clock, networkSettings: network } = this.#parts;
    const made = { commands: this.#commands, clock, network, manager: this.#manager, project: this.#project };
    this.#steps ??= new PackageSteps(made);
    return this.#steps;
  }

  get steps(): Steps {
    return this.#commands.steps;
  }

  get #manager(): PackageManager {
    return this.#choice?.manager ?? MANAGERS[0];
  }

  /** Rewrites the project's configuration, without running any code of the project. */
  async #sanitize(): Promise<void> {
    const overridden = this.#manager.overridden?.(this.#project) ?? [];
    this.#leftOut = overridden.slice(0, MAX_LEFT_OUT);
    const command = this.#manager.sanitize(this.#project);
    if (command === null) return;
    const sanitized = await this.#commands.capture(command, { cwd: '/' });
    if (sanitized.exitCode !== 0) throw unpackFailed('the configuration of the project could not be read', sanitized);
    const taken = sanitized.stdout.split('\n').filter((line) => line !== '');
    this.#leftOut = [...overridden, ...taken].slice(0, MAX_LEFT_OUT);
  }

  importAll(
    timeoutMs: number,
    packages: readonly InstalledPackage[],
    folders?: ReadonlySet<string>,
    guise?: Guise,
  ): Promise<ImportResult> {
    return this.#loads.importAll(timeoutMs, packages, folders, guise);
  }

  loadTogether(timeoutMs: number, packages: readonly InstalledPackage[], guise?: Guise): Promise<GroupedLoads | null> {
    return this.#loads.loadTogether(timeoutMs, packages, guise);
  }

  callAll(timeoutMs: number, packages: readonly InstalledPackage[]): Promise<ImportResult | null> {
    return this.#loads.callAll(timeoutMs, packages);
  }

  get #loads(): PackageLoads {
    const { limits, newStepId } = this.#parts;
    const { load } = this.#manager;
    const newSecret = (): string => `${newStepId()}${newStepId()}`;
    return new PackageLoads({ commands: this.#commands, limits, load, projectDir: this.projectDir, newSecret });
  }

  snapshot(): Promise<Snapshot> {
    return takeSnapshot(this.#commands);
  }

  async searchFiles(paths: readonly string[]): Promise<SearchedFiles> {
    const { clock, log, search } = this.#parts;
    const started = clock.now();
    const searched = await searchFiles(paths, search, this.#commands);
    const durationMs = clock.now() - started;
    log.debug({ files: paths.length, unsearched: searched.unsearched, durationMs }, 'files searched');
    return searched;
  }

  changedSince(times: ReadonlyMap<string, number>): Promise<readonly string[]> {
    return changedSince(times, this.#commands);
  }

  printedSecrets(): readonly PrintedSecret[] {
    return this.#commands.printed;
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

  async packages(): Promise<PackageListing> {
    const command = this.#manager.list(this.#project, this.#parts.networkSettings);
    const listing = await this.#commands.capture(command, { cwd: this.projectDir, keep: MAX_LISTING_BYTES });
    if (listing.exitCode !== 0 || listing.stdoutBytes > MAX_LISTING_BYTES) {
      throw new SandboxError('listing-failed', `the installed packages could not be listed: ${listing.stderr}`);
    }
    return parsePackageList(listing.stdout);
  }

  get egressMode(): EgressMode {
    return this.#parts.gateway.mode;
  }

  egressEvidence(): EgressEvidence {
    const { gateway } = this.#parts;
    return {
      egress: gateway.records(),
      leaks: gateway.leaks(),
      dataNames: gateway.dataNames(),
      asks: gateway.asks(),
      outages: gateway.outages(),
      unreadBodies: gateway.unreadBodies(),
    };
  }

  async destroy(): Promise<void> {
    const { docker, container, network, gateway, volume, release, log } = this.#parts;
    try {
      try {
        await removeContainer(docker, container.id);
      } finally {
        await gateway.close();
      }
      if (volume !== undefined) await removed('removing a volume', docker.getVolume(volume).remove());
      await removed('removing a network', docker.getNetwork(network.id).remove());
    } finally {
      release();
    }
    log.debug({ container: container.id }, 'sandbox removed');
  }
}

function unpackFailed(what: string, { stderr }: Captured): SandboxError {
  return new SandboxError('unpack-failed', `${what}: ${stderr}`);
}
