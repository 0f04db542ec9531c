import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { NetworkSettings, PackageManager, ScriptRunner } from '../../ecosystems/manager.js';
import { HOME } from '../../ecosystems/places.js';
import { type FoundProject, namedScripts } from '../../ecosystems/project.js';
import type { Clock, ProjectScript, StepResult } from '../../jobs/ports.js';
import type { StepKind } from '../../report/evidence/steps.js';
import type { Guise } from '../../report/guise.js';
import { logLines } from '../../report/text/log-tail.js';
import { plain } from '../../report/text/plain.js';
import type { ContainerCommands } from '../container/exec/commands.js';

/** Where git dependencies are built. */
const GIT_BUILDS = `${HOME}/.cache/git-builds`;

/** Ignores the settings and templates in HOME, which a package may have changed. */
const MAKE_REPOSITORY =
  'test -e "$1/.git" || GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null git init --quiet --template= --initial-branch=main "$1"';

/** The engine's exit code for a command that can't be started. */
const NOT_STARTED = 126;

/** Dependencies of the package manager's steps. */
export interface PackageStepsParts {
  readonly commands: ContainerCommands;
  readonly clock: Clock;
  readonly network: NetworkSettings;
  readonly manager: PackageManager;
  readonly project: FoundProject;
}

/** The steps that fetch a project's packages and run their scripts. */
export class PackageSteps {
  readonly #parts: PackageStepsParts;
  /** The repository of a git dependency, by the dependency's folder. */
  readonly #gitBuilds = new Map<string, string>();
  /** The results and the addresses of failed clones, by the dependency's folder. */
  readonly #failedClones = new Map<string, { readonly address: string; readonly result: StepResult }>();

  constructor(parts: PackageStepsParts) {
    this.#parts = parts;
  }

  /** See `SandboxRun.fetch`. */
  async fetch(timeoutMs: number): Promise<StepResult> {
    const { clock, commands, network, manager, project } = this.#parts;
    const deadline = clock.now() + timeoutMs;
    const results: StepResult[] = [];
    const ran: string[] = [];
    for (const { command, projectCode, environment: env = [] } of manager.fetch(project, network)) {
      const left = Math.max(1, deadline - clock.now());
      const kind = projectCode === null ? 'fetch' : 'project-code';
      results.push(await commands.step(command, { cwd: project.root, timeoutMs: left, kind, env }));
      if (projectCode !== null) ran.push(projectCode);
      if (results.at(-1)?.exitCode !== 0) break;
    }
    const fetched = { ...together(results), ...(ran.length === 0 ? {} : { projectCode: ran }) };
    const lines = logLines(fetched.log);
    const reason = fetched.exitCode === 0 ? manager.shortfall?.(lines) : manager.failure(lines, project);
    return reason === undefined ? fetched : { ...fetched, reason };
  }

  /** See `SandboxRun.fetchGitBuilds`. */
  async fetchGitBuilds(packages: readonly InstalledPackage[], timeoutMs: number): Promise<StepResult | null> {
    const { clock, commands, manager } = this.#parts;
    const { gitBuild } = manager;
    if (gitBuild === undefined) return null;
    const deadline = clock.now() + timeoutMs;
    const results: StepResult[] = [];
    for (const { realPath, from, buildScripts = [] } of packages) {
      if (from.resolved === null || buildScripts.length === 0) continue;
      const folder = `${GIT_BUILDS}/${results.length}`;
      const left = Math.max(1, deadline - clock.now());
      const command = gitBuild.checkout(from.resolved, folder);
      const result = await commands.step(command, { cwd: HOME, timeoutMs: left, kind: 'fetch' });
      results.push(result);
      if (result.exitCode === 0) this.#gitBuilds.set(realPath, folder);
      else this.#failedClones.set(realPath, { address: from.resolved, result });
    }
    return results.length === 0
      ? null
      : together(
          results,
          results.find(({ exitCode }) => exitCode !== 0),
        );
  }

  /** See `SandboxRun.runScripts`. */
  async runScripts(pkg: InstalledPackage, timeoutMs: number, guise?: Guise): Promise<StepResult> {
    const { clock, commands, manager, project } = this.#parts;
    const { scripts: runner, gitBuild } = manager;
    const { realPath: folder, scripts, buildScripts = [] } = pkg;
    const deadline = clock.now() + timeoutMs;
    const env = runner.environment(project, pkg);
    if (folder === project.root) await this.#makeRepository(folder);
    const clone = this.#gitBuilds.get(folder);
    const results: StepResult[] = [];
    const step = async (command: readonly string[], how: { kind: StepKind; folder?: string; cwd: string }) => {
      if (results.some(({ exitCode }) => exitCode !== 0)) return;
      const left = Math.max(1, deadline - clock.now());
      results.push(await commands.step(command, { env, guise, ...how, timeoutMs: left }));
    };
    if (clone !== undefined && gitBuild !== undefined) {
      await step(runner.command(clone, buildScripts), { kind: 'scripts', folder, cwd: clone });
      await step(gitBuild.place(clone, folder), { kind: 'own', cwd: clone });
    }
    if (scripts.length > 0) await step(runner.command(folder, scripts), { kind: 'scripts', folder, cwd: folder });
    const unbuilt = this.#failedClones.get(folder);
    return unbuilt === undefined ? withEnding(together(results), runner) : withoutBuild(unbuilt, results);
  }

  /** See `SandboxRun.runProjectScript`. */
  async runProjectScript(name: string, timeoutMs: number): Promise<ProjectScript> {
    const { commands, manager, project } = this.#parts;
    const known = namedScripts(project);
    if (!known.includes(name)) return { known };
    const { scripts: runner } = manager;
    const events = [`pre${name}`, name, `post${name}`].filter((event) => known.includes(event));
    const { root: cwd } = project;
    const how = { kind: 'scripts', folder: cwd, cwd, timeoutMs, env: runner.environment(project) } as const;
    const result = await commands.step(runner.command(cwd, events), how);
    return { events, result: withEnding(result, runner) };
  }

  /**
   * On a CI machine a project is in a repository, and its scripts may configure it (`git config core.hooksPath …`). If the archive does not
   * contain one, an empty repository is created. A failure is ignored, since it is not the project's fault.
   */
  async #makeRepository(folder: string): Promise<void> {
    await this.#parts.commands.capture(['sh', '-c', MAKE_REPOSITORY, 'sh', folder], { cwd: '/' });
  }
}

/** Another package's script may have removed the folder; the engine then can't start anything in it. */
const NO_FOLDER = /^OCI runtime exec failed: .*chdir to cwd .*no such file or directory/;

/** Adds to a failed step how its scripts ended. */
function withEnding(step: StepResult, runner: ScriptRunner): StepResult {
  if (step.exitCode === 0 || step.timedOut) return step;
  const lines = logLines(step.log);
  const isGone = step.exitCode === NOT_STARTED && NO_FOLDER.test(lines.at(-1) ?? '');
  const reason = isGone ? 'was not run: its folder was removed before its script could run' : runner.ending(lines);
  return reason === undefined ? step : { ...step, reason };
}

/** The scripts of a git dependency that could not be built: although they ran, it counts as failed. */
function withoutBuild(
  { address, result }: { readonly address: string; readonly result: StepResult },
  scripts: readonly StepResult[],
): StepResult {
  const reason = `could not be built: fetching ${plain(address)}, or what it is built with, ended with exit code ${result.exitCode}`;
  const { durationMs } = together([...scripts, { ...result, durationMs: 0 }]);
  return { ...together([...scripts, result]), durationMs, reason };
}

/** Merges several commands into one step; one of them, usually the last, decides how it ended. */
function together(results: readonly StepResult[], deciding = results.at(-1)): StepResult {
  return {
    ...(deciding as StepResult),
    command: results.map(({ command }) => command).join(' && '),
    durationMs: results.reduce((sum, { durationMs }) => sum + durationMs, 0),
    log: results.map(({ log }) => log).join(''),
    logBytes: results.reduce((sum, { logBytes }) => sum + logBytes, 0),
  };
}
