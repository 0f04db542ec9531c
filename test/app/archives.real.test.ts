import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ARCHIVE_FAULTS } from '../../src/blobs/errors.js';
import { REFUSED } from '../blobs/archive-table.js';
import { submit, untilState } from './client.js';
import { dataFolder, ServiceProcess } from './service-process.js';
import { packProject } from './tarballs.js';

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

/** Of the service's process, in bytes. */
function rss(): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${service.child.pid}/status`, 'utf8'))?.[1]) * 1024;
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
  const warm = rss();
  for (let round = 0; round < 4; round += 1) await postAll();
  expect(rss() - warm).toBeLessThan(64 * MIB);
  expect(readdirSync(join(data.path, 'spool'))).toEqual([]);
  const id = await submit(service.url, await packProject({ 'package.json': { name: 'a', version: '1.0.0' } }));
  await untilState(service.url, id, ['queued'], 5_000);
});
