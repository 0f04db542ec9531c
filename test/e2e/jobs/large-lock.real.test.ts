import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Report, reportSchema } from '../../../src/report/report.js';
import { folderOf } from '../../cli/run-cli.js';
import { dataFolder, ServiceProcess } from '../../support/service-process.js';

/**
 * A front end with its tools (react-scripts, the AWS SDK, express, …): the lock file that npm wrote for `package.json` there on
 * 2026-11-24, 1,460 folders in node_modules. It is compressed because hashes are most of it.
 */
const FOLDER = fileURLToPath(new URL('./large-app/', import.meta.url));
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const LEAST_PACKAGES = 1_000;
const SCREEN = { lines: 50, columns: 80 };

const data = dataFolder();
const lock = gunzipSync(readFileSync(`${FOLDER}package-lock.json.gz`)).toString();
const project = folderOf({ 'package.json': readFileSync(`${FOLDER}package.json`, 'utf8'), 'package-lock.json': lock });
let service: ServiceProcess;
let text: string;
let report: Report;

beforeAll(async () => {
  service = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: data.path });
  await service.ready();
  const outputs = ['--format', 'text', '--output', `json=${data.path}/report.json`];
  // Rejects with what it said unless the exit code is 0: clean.
  const command = [MAIN, 'analyze', project.path, '--url', service.url, ...outputs];
  text = (await promisify(execFile)(process.execPath, command)).stdout;
  report = reportSchema.parse(JSON.parse(readFileSync(`${data.path}/report.json`, 'utf8')));
  const seconds = (Date.parse(report.finishedAt) - Date.parse(report.submittedAt)) / 1000;
  const phases = report.phases.map(({ name, durationMs }) => `${name} ${(durationMs / 1000).toFixed(1)} s`);
  console.log(`${seconds.toFixed(1)} s (${phases.join(', ')})\n${text}`);
}, 600_000);
afterAll(async () => {
  await service?.stop();
  data.remove();
  project.remove();
});

const bytesOf = async (path: string, accept: string): Promise<number> =>
  (await (await fetch(`${service.url}${path}`, { headers: { accept } })).arrayBuffer()).byteLength;

describe('a lock file of more than a thousand packages', () => {
  it('is installed whole, watched to the end, and clean', () => {
    const { packages } = JSON.parse(lock) as { packages: object };
    expect(Object.keys(packages).length).toBeGreaterThan(LEAST_PACKAGES);
    expect(report.phases.find(({ name }) => name === 'fetch')?.installed).toBeGreaterThan(LEAST_PACKAGES);
    const found = report.findings.map(({ alert, package: by }) => `${by?.name}: ${alert.output}`);
    expect(found).toEqual([]);
    expect(report.incomplete).toEqual([]);
  });

  it('has a report of one screen', () => {
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(SCREEN.lines);
    expect(lines.filter((line) => line.length > SCREEN.columns && !line.startsWith('Report: '))).toEqual([]);
    expect(lines[0]).toMatch(/^Verdict: CLEAN/);
  });

  it('has a JSON report and a page that are read at once', async () => {
    expect(await bytesOf(`/v1/jobs/${report.id}`, 'application/json')).toBeLessThan(1024 * 1024);
    expect(await bytesOf(`/jobs/${report.id}`, 'text/html')).toBeLessThan(200 * 1024);
  });
});
