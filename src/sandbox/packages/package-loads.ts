import type { InstalledPackage } from '../../ecosystems/installed-package.js';
import type { PackageManager } from '../../ecosystems/manager.js';
import { OPT } from '../../ecosystems/places.js';
import type { GroupedLoads, ImportResult, StepResult } from '../../jobs/ports.js';
import type { Guise } from '../../report/guise.js';
import type { ContainerCommands, StepRequest } from '../container/commands.js';
import { OutputTail } from '../container/output-tail.js';
import type { SandboxLimits } from '../options.js';
import { groupPlan } from './group-plan.js';
import { readGroupResults } from './group-results.js';
import { type ImportTarget, importPlan, MAX_TARGETS, onlyIn } from './import-plan.js';
import { MAX_RESULT_BYTES, readImportResults } from './import-results.js';

/** A package that keeps a process of many for so long is loaded alone instead, in milliseconds. */
const STUCK_MS = 8_000;
/** For one package, of which calls take a part, and how long what they began is watched. */
const CALL_MS = 5_000;
const CALL_LINGER_MS = 300;
/** Of the time for it; what is not begun by then is named. */
const TOGETHER_SHARE = 0.8;

/** What loading depends on. */
export interface PackageLoadsParts {
  readonly commands: ContainerCommands;
  readonly limits: SandboxLimits;
  readonly load: PackageManager['load'];
  readonly projectDir: string;
  /** 32 hexadecimal digits that nobody can guess. */
  readonly newSecret: () => string;
}

/** One of our programs in the sandbox, which loads what its standard input tells. */
interface Program extends Pick<StepRequest, 'kind' | 'groups' | 'secret' | 'guise' | 'timeoutMs'> {
  readonly file: string;
  readonly args: readonly string[];
  /** Its standard input, as JSON. */
  readonly input: unknown;
}

/** The steps in which packages are loaded, alone or many together, and in which their exports are called. */
export class PackageLoads {
  readonly #parts: PackageLoadsParts;

  constructor(parts: PackageLoadsParts) {
    this.#parts = parts;
  }

  /** As `SandboxRun.importAll`. */
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
    // Tools are asked for help only while half of the time is left.
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

  /** As `SandboxRun.loadTogether`. */
  async loadTogether(
    timeoutMs: number,
    packages: readonly InstalledPackage[],
    guise?: Guise,
  ): Promise<GroupedLoads | null> {
    const { limits, load, projectDir } = this.#parts;
    const groups = groupPlan(packages, guise === undefined ? importPlan(packages, projectDir) : []);
    if (groups.length === 0) return null;
    const stuckMs = Math.min(limits.importEachMs, STUCK_MS);
    const args = [...inSeconds(stuckMs, limits.lingerMs, timeoutMs * TOGETHER_SHARE), load.runtime, load.many];
    const input = groups.map((folders) => folders.map((folder) => ({ folder })));
    const program = { file: 'load-together.mjs', args, input, timeoutMs, kind: 'load-many', groups, guise } as const;
    const { step, text } = await this.#run(program);
    return { ...step, groups, ...readGroupResults(text, groups) };
  }

  /** As `SandboxRun.callAll`. */
  async callAll(timeoutMs: number, packages: readonly InstalledPackage[]): Promise<ImportResult | null> {
    const { load, projectDir } = this.#parts;
    if (load.call === undefined) return null;
    const plan = importPlan(packages, projectDir).map((target) => ({ ...target, bins: [] }));
    const args = [...inSeconds(CALL_MS, CALL_LINGER_MS, 0), load.runtime, load.call, ...inSeconds(timeoutMs)];
    const given = { ...this.#withSecret(plan), timeoutMs: timeoutMs + 2 * CALL_MS };
    const { step, text } = await this.#run({ file: 'import-all.mjs', args, ...given, kind: 'call' });
    return { ...step, ...readImportResults(text, plan, packages) };
  }

  /** What loads packages alone is told a secret for the marks of its loaders, where they set any. */
  #withSecret(targets: readonly ImportTarget[]): Pick<Program, 'input' | 'secret'> {
    const { load, newSecret } = this.#parts;
    if (!load.marksActing) return { input: { targets, secret: '' } };
    const secret = newSecret();
    return { input: { targets, secret }, secret };
  }

  /** Its standard output is what it tells of the loads. */
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
