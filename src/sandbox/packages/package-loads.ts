import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { PackageManager } from '../../ecosystems/manager.js';
import { OPT } from '../../ecosystems/places.js';
import type { GroupedLoads, ImportResult, StepResult } from '../../jobs/ports.js';
import type { Guise } from '../../report/guise.js';
import type { ContainerCommands, StepRequest } from '../container/exec/commands.js';
import { OutputTail } from '../container/exec/output-tail.js';
import type { SandboxLimits } from '../options.js';
import { groupPlan } from './group-plan.js';
import { readGroupResults } from './group-results.js';
import { type ImportTarget, importPlan, MAX_TARGETS, onlyIn } from './import-plan.js';
import { MAX_RESULT_BYTES, readImportResults } from './import-results.js';

/** A package that blocks a shared process for this long is loaded individually instead, in milliseconds. */
const STUCK_MS = 8_000;
/** Time limits for calling the exports of one package, and for observing what the calls started. */
const CALL_MS = 5_000;
const CALL_LINGER_MS = 300;
/** Share of the deadline for loading packages together; those not started by then are named. */
const TOGETHER_SHARE = 0.8;

/** Dependencies of the loading steps. */
export interface PackageLoadsParts {
  readonly commands: ContainerCommands;
  readonly limits: SandboxLimits;
  readonly load: PackageManager['load'];
  readonly projectDir: string;
  /** Generates 32 random hexadecimal digits. */
  readonly newSecret: () => string;
}

/** One of our programs in the sandbox, which loads the packages listed on its standard input. */
interface Program extends Pick<StepRequest, 'kind' | 'groups' | 'secret' | 'guise' | 'timeoutMs'> {
  readonly file: string;
  readonly args: readonly string[];
  /** Its standard input, as JSON. */
  readonly input: unknown;
}

/** The steps in which packages are loaded, individually or together, and in which their exports are called. */
export class PackageLoads {
  readonly #parts: PackageLoadsParts;

  constructor(parts: PackageLoadsParts) {
    this.#parts = parts;
  }

  /** See `SandboxRun.importAll`. */
  async importAll(
    timeoutMs: number,
    packages: readonly InstalledPackage[],
    folders?: ReadonlySet<string>,
    guise?: Guise,
  ): Promise<ImportResult> {
    const { limits, load, projectDir } = this.#parts;
    const whole = importPlan(packages, projectDir);
    const wanted = folders === undefined ? whole : onlyIn(folders, whole, packages);
    const plan = wanted.slice(0, MAX_TARGETS);
    // Tools are run with --help only while more than half of the time is left.
    const args = [...inSeconds(limits.importEachMs, limits.lingerMs, timeoutMs / 2), load.runtime, load.loader];
    const program = {
      file: 'import-all.mjs',
      args,
      ...this.#withSecret(plan),
      timeoutMs,
      kind: 'load',
      guise,
    } as const;
    const { step, text } = await this.#run(program);
    const read = readImportResults(text, plan, packages);
    const passedOver = wanted.length - plan.length;
    const problem = passedOver > 0 ? `${passedOver} of ${wanted.length} packages were not loaded` : null;
    return { ...step, ...read, problem: read.problem ?? problem };
  }

  /** See `SandboxRun.loadTogether`. */
  async loadTogether(
    timeoutMs: number,
    packages: readonly InstalledPackage[],
    guise?: Guise,
  ): Promise<GroupedLoads | null> {
    const { limits, load, projectDir } = this.#parts;
    const plan = importPlan(packages, projectDir);
    const groups = guise === undefined ? groupPlan(packages, plan) : groupPlan(packages, [], plan);
    if (groups.length === 0) return null;
    const stuckMs = Math.min(limits.importEachMs, STUCK_MS);
    const args = [...inSeconds(stuckMs, limits.lingerMs, timeoutMs * TOGETHER_SHARE), load.runtime, load.many];
    const input = groups.map((folders) => folders.map((folder) => ({ folder })));
    const program = { file: 'load-together.mjs', args, input, timeoutMs, kind: 'load-many', groups, guise } as const;
    const { step, text } = await this.#run(program);
    return { ...step, groups, ...readGroupResults(text, groups) };
  }

  /** See `SandboxRun.callAll`. */
  async callAll(timeoutMs: number, packages: readonly InstalledPackage[]): Promise<ImportResult | null> {
    const { load, projectDir } = this.#parts;
    if (load.call === undefined) return null;
    const plan = importPlan(packages, projectDir).map((target) => ({ ...target, bins: [] }));
    const args = [...inSeconds(CALL_MS, CALL_LINGER_MS, 0), load.runtime, load.call, ...inSeconds(timeoutMs)];
    const given = { ...this.#withSecret(plan), timeoutMs: timeoutMs + 2 * CALL_MS };
    const { step, text } = await this.#run({ file: 'import-all.mjs', args, ...given, kind: 'call' });
    return { ...step, ...readImportResults(text, plan, packages) };
  }

  /** Loaders that mark whose code is running get a secret, so that packages can't forge their marks. */
  #withSecret(targets: readonly ImportTarget[]): Pick<Program, 'input' | 'secret'> {
    const { load, newSecret } = this.#parts;
    if (!load.marksActing) return { input: { targets, secret: '' } };
    const secret = newSecret();
    return { input: { targets, secret }, secret };
  }

  /** Runs a program whose standard output contains its results. */
  async #run({ file, args, input, ...how }: Program): Promise<{ readonly step: StepResult; readonly text: string }> {
    const { commands, load, projectDir: cwd } = this.#parts;
    const results = new OutputTail(MAX_RESULT_BYTES);
    const channel = { stdin: JSON.stringify(input), stdout: results };
    const command = ['node', `${OPT}/${file}`, cwd, ...args];
    const step = await commands.step(command, { ...how, cwd, channel, env: load.environment });
    return { step, text: results.text() };
  }
}

function inSeconds(...times: readonly number[]): readonly string[] {
  return times.map((ms) => String(ms / 1000));
}
