import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARCHIVE_FAULTS } from '../../../src/blobs/errors.js';
import { REFUSED } from '../../blobs/archive-tables/archive-table.js';
import { submit, untilState } from '../../support/client.js';
import { detonated, REPORT_MS } from '../../support/detonated.js';
import { dataFolder, ServiceProcess } from '../../support/service-process.js';
import { packProject } from '../../support/tarballs.js';
import { checkout, oddProject } from './odd-archives.js';

/** Archives that other programs wrote, and the packages of each. */
const CASES = fileURLToPath(new URL('../../../../shared/cases/archives', import.meta.url));
const HAS_CASES = existsSync(CASES);
const CHECKOUT_FILES = 200_000;
const MIB = 1024 ** 2;
const AT_ONCE = 8;
const data = dataFolder();
const bodies = REFUSED.map((row) => ({ ...row, bytes: row.body() }));
let service: ServiceProcess;

beforeAll(async () => {
  service = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: data.path, PACKWARDEN_MAX_ENTRIES: '10000' }, 'api');
});
afterAll(async () => {
  await service?.stop();
  data.remove();
});

/** Of the service's process, in bytes: what it has (VmRSS), or the most it ever had (VmHWM). */
function rss({ child }: ServiceProcess, what: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
}

async function post(bytes: Buffer): Promise<{ status: number; code: string; reason: string }> {
  const response = await fetch(`${service.url}/v1/jobs?ecosystem=npm`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  const { code = '', reason = '' } = (await response.json()) as { code?: string; reason?: string };
  return { status: response.status, code, reason };
}

/** Posts the whole table, some at once, and compares each answer. */
async function postAll(): Promise<void> {
  for (let start = 0; start < bodies.length; start += AT_ONCE) {
    const part = bodies.slice(start, start + AT_ONCE);
    const answers = await Promise.all(part.map(({ bytes }) => post(bytes)));
    const wanted = part.map(({ code }) => ({
      status: ARCHIVE_FAULTS[code] === 'hostile' ? 422 : 400,
      code,
      reason: expect.stringMatching(/\w/),
    }));
    expect(answers.map((answer, i) => [part[i]?.what, answer])).toEqual(wanted.map((row, i) => [part[i]?.what, row]));
  }
}

it('every hostile archive is refused with its reason, and the service neither grows nor keeps any of them', async () => {
  await postAll();
  const warm = rss(service, 'VmRSS');
  for (let round = 0; round < 4; round += 1) await postAll();
  expect(rss(service, 'VmRSS') - warm).toBeLessThan(64 * MIB);
  expect(readdirSync(join(data.path, 'spool'))).toEqual([]);
  const id = await submit(service.url, await packProject({ 'package.json': { name: 'a', version: '1.0.0' } }));
  await untilState(service.url, id, ['queued'], 5_000);
});

const expected: Record<string, { packages?: string[] }> = HAS_CASES
  ? JSON.parse(readFileSync(join(CASES, 'expected.json'), 'utf8'))
  : {};
const ROOTS = ['notes', "Mein Projekt (Kopie) #2 100% 'ü'"];

describe('archives as other programs write them', () => {
  const reportFor = detonated(
    new Map([
      ...Object.keys(expected).map((name) => [name, async () => readFileSync(join(CASES, name))] as const),
      ...ROOTS.map((root) => [root, async () => oddProject(root)] as const),
      ['a checkout', () => checkout(CHECKOUT_FILES)],
    ]),
    { PACKWARDEN_LINGER_S: '0' },
  );
  const cleanAndLoaded = async (name: string): Promise<string[]> => {
    const report = await reportFor(name);
    expect(report.incomplete).toEqual([]);
    expect(report.verdict).toBe('clean');
    const loaded = report.phases.flatMap((phase) => phase.loaded ?? []);
    return [...new Set(loaded.map((one) => `${one.name}@${one.version}`))];
  };

  it.runIf(HAS_CASES).each(Object.entries(expected))(
    '%s is clean (needs ../shared/cases)',
    async (name, { packages = [] }) => {
      expect(await cleanAndLoaded(name)).toEqual(expect.arrayContaining(packages));
    },
    REPORT_MS,
  );

  it.each(ROOTS)(
    'everything odd at once, in the folder "%s", is clean',
    async (root) => {
      expect(await cleanAndLoaded(root)).toEqual(['dep@1.2.3']);
    },
    REPORT_MS,
  );

  it(
    `a whole checkout, ${CHECKOUT_FILES} files in one folder, is clean`,
    async () => {
      expect(await cleanAndLoaded('a checkout')).toEqual(['dep@1.2.3']);
    },
    REPORT_MS,
  );
});

it('the check of a whole checkout takes little memory', async () => {
  const large = dataFolder();
  const roomy = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: large.path }, 'api');
  try {
    const body = await checkout(CHECKOUT_FILES);
    await submit(roomy.url, await packProject({ 'package.json': { name: 'a', version: '1.0.0' } }));
    const before = rss(roomy, 'VmHWM');
    await submit(roomy.url, body);
    expect(rss(roomy, 'VmHWM') - before).toBeLessThan(128 * MIB);
  } finally {
    await roomy.stop();
    large.remove();
  }
});
