import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashToken } from '../../../src/api/auth/credentials.js';
import type { JobState } from '../../../src/jobs/job.js';
import { notCompared } from '../../../src/report/compare/headline.js';
import type { Report } from '../../../src/report/report.js';
import { finding, report } from '../../api/reports.js';
import { type Service, startService } from '../../api/service.js';
import { Front, losingFirstUpload } from '../../cli/fronts.js';
import { folderOf } from '../../cli/run-cli.js';
import { eventually } from '../../support/service-process.js';
import { artifactsOf, includedJob, runJob } from './template.js';

/**
 * The curl-only job in the shells that images have, against the real API; what the sandbox would say is put into the
 * queue. (ci-template.real.test.ts runs it once more with real detonations.)
 */
const JOB = includedJob('ci/packwarden-curl.gitlab-ci.yml');
const TOKEN = 'to"k\\en';
let service: Service;
let url: string;
const tools = folderOf({});
let project: ReturnType<typeof folderOf>;

beforeAll(async () => {
  service = await startService({ tokens: [{ name: 'ci', digest: hashToken(TOKEN) }] });
  url = `http://127.0.0.1:${service.port}`;
  // As curlimages/curl: busybox's own tools and curl, nothing else.
  mkdirSync(join(tools.path, 'bin'));
  execFileSync('busybox', ['--install', '-s', join(tools.path, 'bin')]);
  symlinkSync(execFileSync('which', ['curl'], { encoding: 'utf8' }).trim(), join(tools.path, 'bin/curl'));
});
afterAll(async () => {
  await service.close();
  tools.remove();
});
afterEach(() => {
  service.queue.views.clear();
  service.queue.specs.length = 0;
  service.queue.down = false;
  project.remove();
});

const { PATH = '' } = process.env;
const SHELLS = [
  ['bash', ['bash', '-eo', 'pipefail'], () => PATH],
  ['dash', ['dash', '-e'], () => PATH],
  ['busybox', ['/bin/busybox', 'sh', '-e'], () => join(tools.path, 'bin')],
] as const;

const FILES = {
  'web/package.json': { name: 'app', version: '1.0.0', dependencies: { dep: 'file:dep' } },
  'web/package-lock.json': { name: 'app', lockfileVersion: 3 },
  'web/dep/package.json': { name: 'dep', version: '1.2.3' },
  'web/dep/setup.js': '',
  'web/packwarden.yaml': 'accept: []',
  'web/.env': 'SECRET=1',
};
const compared = { ...notCompared({ code: 'no-earlier-report', message: 'x' }, null), compared: true };
const FOUND: Partial<Report> = { verdict: 'findings', findings: [finding()] };
const INCOMPLETE: Partial<Report> = {
  status: 'incomplete',
  verdict: 'incomplete',
  incomplete: [{ code: 'events-dropped', message: 'the sensor dropped 7 events' }],
};

describe.each(SHELLS)('the curl variant in %s', (_name, shell, path) => {
  function start(variables: Record<string, string> = {}, files: Record<string, string | object> = FILES) {
    project = folderOf(files);
    const given = {
      PACKWARDEN_URL: url,
      PACKWARDEN_TOKEN: TOKEN,
      PACKWARDEN_DIR: 'web',
      PACKWARDEN_INCLUDE: 'dep',
      PATH: path(),
    };
    return runJob(JOB, project.path, { ...given, ...variables }, shell);
  }

  type Run = ReturnType<typeof start>;

  const submitted = (run: Run) =>
    eventually('a job', 15_000, () => {
      if (run.child.exitCode !== null) throw new Error(`it ended: ${run.output()}`);
      return service.queue.specs[0]?.id;
    });

  async function end(run: Run, made: Partial<Report>): Promise<void> {
    const id = await submitted(run);
    const view = service.queue.views.get(id);
    if (view === undefined) throw new Error('the job is gone');
    const full = report({ id, ...made });
    service.queue.views.set(id, { ...view, state: full.status as JobState, report: full });
  }

  const read = (file: string): string => readFileSync(join(project.path, file), 'utf8');

  it.each([
    ['clean', {}, {}, 0, 'nothing at or above WARNING'],
    ['findings', FOUND, {}, 1, '1 finding at or above WARNING'],
    ['findings that this job bears', FOUND, { PACKWARDEN_FAIL_ON: 'critical' }, 0, 'nothing at or above CRITICAL'],
    ['incomplete', INCOMPLETE, {}, 3, "the run can't be called clean"],
  ])('%s', async (_title, made, variables, exitCode, reason) => {
    const run = start(variables);
    await end(run, made);
    const { code, output } = await run.ended;
    expect(code, output).toBe(exitCode);
    const [job] = service.queue.specs;
    expect(job).toMatchObject({ ecosystem: 'auto', owner: 'ci' });
    expect(output).toContain(`packwarden: job ${url}/jobs/${job?.id}\n`);
    expect(output).toContain('packwarden: sends 5 files');
    const { verdict } = JSON.parse(read('packwarden.json')) as Report;
    expect(output).toContain(`packwarden: verdict ${verdict}: ${reason} (exit code ${exitCode})\n`);
    expect(output).toContain(`Verdict: ${verdict.toUpperCase()}`);
    for (const file of artifactsOf(JOB)) expect(existsSync(join(project.path, file)), file).toBe(true);
    if (made.findings === undefined) return;
    const { vulnerabilities } = JSON.parse(read('gl-dependency-scanning-report.json'));
    expect(vulnerabilities[0].location.file).toBe('web/package-lock.json');
  });

  it.each([
    [
      'findings of before alone',
      { whatChanged: compared, findings: [finding()] },
      0,
      'nothing that is new, at or above WARNING',
    ],
    ['one that is new', { whatChanged: compared, findings: [finding({ isNew: true })] }, 1, '1 finding that is new'],
  ])('PACKWARDEN_FAIL_ON=new: %s', async (_title, made, exitCode, reason) => {
    const run = start({ PACKWARDEN_FAIL_ON: 'new' });
    await end(run, { ...FOUND, ...made });
    const { code, output } = await run.ended;
    expect([code, output]).toEqual([exitCode, expect.stringContaining(reason)]);
  });

  it('sends branch and project, whatever their names', async () => {
    const run = start({
      CI_SERVER_URL: 'https://gitlab.example',
      CI_PROJECT_ID: '42',
      CI_COMMIT_REF_NAME: '50%-größer+"x"',
      CI_DEFAULT_BRANCH: 'main',
    });
    await end(run, {});
    expect((await run.ended).code).toBe(0);
    expect(service.queue.specs[0]?.project).toMatchObject({
      project: { source: 'claim', key: 'gitlab:https://gitlab.example:42' },
      part: 'web',
      ref: '50%-größer+"x"',
      line: 'other',
    });
  });

  it('writes the formats that are asked for, and no others', async () => {
    const run = start({ PACKWARDEN_FORMATS: 'sarif text' });
    await end(run, {});
    expect((await run.ended).code).toBe(0);
    expect(JSON.parse(read('packwarden.sarif')).version).toBe('2.1.0');
    expect(read('packwarden.txt')).toContain('Verdict: CLEAN');
    expect(existsSync(join(project.path, 'packwarden.json'))).toBe(false);
  });

  it('bundler is what a Gemfile asks for', async () => {
    const run = start(
      { PACKWARDEN_DIR: '.', PACKWARDEN_INCLUDE: '' },
      { Gemfile: "source 'https://rubygems.org'\n", 'Gemfile.lock': '' },
    );
    await end(run, {});
    expect((await run.ended).output).toContain('sends 2 files');
    expect(service.queue.specs[0]?.ecosystem).toBe('bundler');
  });

  it.each([
    ['nobody listens', { PACKWARDEN_URL: 'http://127.0.0.1:9', PACKWARDEN_RETRY_FOR: '0' }, 'no service answers at'],
    ['no address', { PACKWARDEN_URL: '' }, 'PACKWARDEN_URL=: not an http or https address'],
    ['a wrong token', { PACKWARDEN_TOKEN: 'guess' }, 'the service did not take the project: http'],
    ['a wrong priority', { PACKWARDEN_FAIL_ON: 'HIGH' }, 'PACKWARDEN_FAIL_ON=HIGH: the priorities are EMERGENCY'],
    ['a wrong format', { PACKWARDEN_FORMATS: 'pdf' }, 'PACKWARDEN_FORMATS: pdf: the formats are json'],
    ['a wrong manager', { PACKWARDEN_MANAGER: 'cargo' }, 'unknown ecosystem; known ones: '],
    ['a wrong deadline', { PACKWARDEN_TIMEOUT: '1h' }, 'are numbers of seconds'],
    [
      'no project',
      { PACKWARDEN_DIR: 'web/dep/..//..', PACKWARDEN_INCLUDE: '' },
      'holds no package.json and no Gemfile',
    ],
    ['no such folder', { PACKWARDEN_DIR: 'wep' }, 'PACKWARDEN_DIR=wep: there is no such folder'],
    ['nothing to include', { PACKWARDEN_INCLUDE: 'depp' }, 'PACKWARDEN_INCLUDE: there is no depp in'],
  ])('%s: 2, with the reason', async (_title, variables, reason) => {
    const { code, output } = await start(variables).ended;
    expect(code, output).toBe(2);
    expect(output).toContain(reason);
    expect(output).not.toContain(TOKEN);
    expect(service.queue.views.size).toBe(0);
  });

  it('a service that is full for a moment is put up with, for as long as it asks', async () => {
    service.queue.down = true;
    const front = new Front(url, ({ status, headers }) => {
      service.queue.down = false;
      if (status === 503) headers['retry-after'] = '0';
      return 'passes';
    });
    const run = start({ PACKWARDEN_URL: await front.url() });
    await end(run, {});
    const { code, output } = await run.ended;
    expect(code, output).toBe(0);
    expect(output).toMatch(/answers 503: .*; retrying in 0 s\n/);
    front.close();
  });

  it('a lost answer to the upload makes no second job', async () => {
    const lossy = losingFirstUpload(url);
    const run = start({ PACKWARDEN_URL: await lossy.url() });
    await eventually('sent twice', 20_000, () => lossy.uploads() === 2 || undefined);
    expect(service.queue.views.size).toBe(1);
    await end(run, {});
    const { code, output } = await run.ended;
    expect(code, output).toBe(0);
    lossy.close();
  });

  it('a runner that cancels the CI job cancels the job of the service: 143', async () => {
    const run = start();
    await submitted(run);
    await eventually('it waits', 15_000, () => run.output().includes('packwarden: queued') || undefined);
    process.kill(-(run.child.pid ?? 0), 'SIGTERM');
    const { code, output } = await run.ended;
    expect(code, output).toBe(143);
    expect(output).toContain('packwarden: cancelling job ');
    expect(service.queue.views.size).toBe(0);
  });

  it('a job that takes too long is cancelled: 2', async () => {
    const { code, output } = await start({ PACKWARDEN_TIMEOUT: '1' }).ended;
    expect(code, output).toBe(2);
    expect(output).toContain('packwarden: no report within 1 s\npackwarden: cancelling job ');
    expect(service.queue.specs).toHaveLength(1);
    expect(service.queue.views.size).toBe(0);
  });
});
