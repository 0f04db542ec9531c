import type { InstalledPackage } from '../../src/ecosystems/installed-package.js';
import { scriptOrder } from '../../src/jobs/phases/script-order.js';
import type { SandboxRun, StepResult } from '../../src/jobs/ports.js';

/** How fetch and lifecycle scripts went, in one: command and log of all steps, exit code of the first that did not end well. */
export interface Installed extends StepResult {
  /** As they were listed between fetch and scripts. */
  readonly packages: readonly InstalledPackage[];
  /** The fetch, then the scripts of each package. */
  readonly steps: readonly StepResult[];
}

/** What is tried is how scripts end, not how fast a busy machine fetches. */
const FETCH_MS = 120_000;

/** Fetches, lists, and runs the scripts of every package in their order, each package's for at most `ms`. After a fetch that failed no script runs. */
export async function installed(run: SandboxRun, ms: number): Promise<Installed> {
  const fetched = await run.fetch(FETCH_MS);
  const { packages } = await run.packages();
  const steps = [fetched];
  const waiting = fetched.exitCode === 0 ? scriptOrder(packages, run.projectDir) : [];
  for (const pkg of waiting) steps.push(await run.runScripts(pkg, ms));
  const failed = steps.find(({ exitCode }) => exitCode !== 0);
  const sum = (of: (step: StepResult) => number): number => steps.reduce((total, step) => total + of(step), 0);
  return {
    command: steps.map(({ command }) => command).join(' && '),
    exitCode: failed === undefined ? 0 : failed.exitCode,
    timedOut: steps.some(({ timedOut }) => timedOut),
    durationMs: sum(({ durationMs }) => durationMs),
    log: steps.map(({ log }) => log).join(''),
    logBytes: sum(({ logBytes }) => logBytes),
    packages,
    steps,
  };
}
