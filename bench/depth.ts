import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEPTHS, type Depth } from '../src/jobs/phases/depth.js';
import type { Report } from '../src/report/report.js';
import { reportOf, submit } from '../test/support/client.js';
import { ServiceProcess } from '../test/support/service-process.js';
import { makeInstallProject } from './parts/install-project.js';
import { median } from './parts/median.js';

/**
 * What each depth of exercising costs against fetch and scripts alone, of a project with about 500 packages.
 * Bars: `standard` at most 1.5 of what was done before everything was loaded (fetch, scripts, and what is loaded alone); what is loaded
 * together at most 0.15 of a `quick` job. `depth [RUNS]`
 */
const RUNS = Number(process.argv[2] ?? '3');
const REPORT_MS = 600_000;
const STANDARD_BAR = 1.5;
const TOGETHER_BAR = 0.15;

/** Seconds of one job. */
interface Cost {
  readonly whole: number;
  readonly install: number;
  readonly before: number;
  readonly together: number;
}

function costOf({ submittedAt, finishedAt, phases }: Report): Cost {
  const seconds = (names: readonly string[]): number =>
    phases.filter(({ name }) => names.includes(name)).reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  const parts = phases.find(({ name }) => name === 'import')?.parts ?? [];
  const together = parts.filter(({ name }) => name !== 'alone').reduce((sum, part) => sum + part.durationMs, 0) / 1000;
  const whole = (Date.parse(finishedAt) - Date.parse(submittedAt)) / 1000;
  const before = whole - together - seconds(['execute', 'later']);
  return { whole, install: seconds(['fetch', 'install']), before, together };
}

async function costs(depth: Depth, tarball: Buffer, dataDir: string): Promise<readonly Cost[]> {
  const service = await ServiceProcess.start({
    PACKWARDEN_DATA_DIR: dataDir,
    PACKWARDEN_CONCURRENCY: '1',
    PACKWARDEN_DEPTH: depth,
  });
  try {
    await service.ready();
    const found: Cost[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      found.push(costOf(await reportOf(service.url, await submit(service.url, tarball), REPORT_MS)));
    }
    return found;
  } finally {
    await service.stop();
  }
}

function judge(name: string, ratio: number, bar: number): void {
  console.log(`${name}: ${ratio.toFixed(3)}, bar ${bar}: ${ratio <= bar ? 'met' : 'MISSED'}`);
  if (ratio > bar) process.exitCode = 1;
}

const folder = await mkdtemp(join(tmpdir(), 'pwb-'));
try {
  const { online, packages } = await makeInstallProject(join(folder, 'project'));
  console.log(`${packages} packages, ${RUNS} runs of each depth`);
  for (const depth of DEPTHS) {
    const found = await costs(depth, online, join(folder, depth));
    const of = (value: (cost: Cost) => number): number => median(found.map(value));
    console.log(
      `${depth}: ${of(({ whole }) => whole).toFixed(1)} s from submit to report, of which fetch and scripts ${of(({ install }) => install).toFixed(1)} s, ratio ${of(({ whole, install }) => whole / install).toFixed(2)}`,
    );
    if (depth === 'quick')
      judge(
        'loaded together',
        of(({ together, whole }) => together / whole),
        TOGETHER_BAR,
      );
    if (depth === 'standard')
      judge(
        'standard against before',
        of(({ whole, before }) => whole / before),
        STANDARD_BAR,
      );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
