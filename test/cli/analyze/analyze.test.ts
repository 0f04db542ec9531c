import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { formatUser, hashToken, parseUsers } from '../../../src/api/auth/credentials.js';
import { loadClientConfig, loadConfig } from '../../../src/app/config/config.js';
import { readAnalyzeOptions } from '../../../src/cli/analyze/options.js';
import type { FullReport } from '../../../src/jobs/full-report.js';
import type { JobState } from '../../../src/jobs/job.js';
import type { Report } from '../../../src/report/report.js';
import { finding, report } from '../../api/reports.js';
import { type Service, startService } from '../../api/service.js';
import { eventually } from '../../support/service-process.js';
import { Front, losingFirstUpload, refuser } from '../fronts.js';
import { Cli, folderOf } from '../run-cli.js';

let service: Service;
let url: string;
const project = folderOf({
  'package.json': { name: 'app', version: '1.0.0' },
  'package-lock.json': { name: 'app', lockfileVersion: 3 },
});

beforeAll(async () => {
  const users = parseUsers(await formatUser('hunter', 'correct horse', randomBytes(16)));
  service = await startService({ tokens: [{ name: 'ci', digest: hashToken('t0ken') }], users });
  url = `http://127.0.0.1:${service.port}`;
});
afterAll(async () => {
  await service.close();
  project.remove();
});
afterEach(() => {
  service.queue.views.clear();
  service.queue.down = false;
});

/** The id of the job that the command submits. */
const submitted = () => eventually('a job', 15_000, () => [...service.queue.views.keys()][0]);

async function end(id: string, made: Partial<Report>): Promise<void> {
  const view = service.queue.views.get(id);
  if (view === undefined) throw new Error('no such job');
  const full = report({ id, ...made });
  service.queue.views.set(id, { ...view, state: full.status as JobState, report: full });
}

/** Runs the command against the service, whose job ends with `made`. */
async function analyze(made: Partial<Report>, args: readonly string[] = [], env: Record<string, string> = {}) {
  const cli = new Cli(['analyze', project.path, '--url', url, ...args], { PACKWARDEN_TOKEN: 't0ken', ...env });
  await end(await submitted(), made);
  return cli.ended;
}

const FOUND: Partial<Report> = { verdict: 'findings', findings: [finding()] };
const INCOMPLETE: Partial<Report> = {
  status: 'incomplete',
  verdict: 'incomplete',
  incomplete: [{ code: 'events-dropped', message: 'the sensor dropped 7 events' }],
};

describe('packwarden analyze', () => {
  it('clean: 0, JSON on a standard output that is no terminal, progress and link on standard error', async () => {
    const { code, stdout, stderr } = await analyze({});
    expect(code).toBe(0);
    const printed = JSON.parse(stdout) as FullReport;
    expect(printed.verdict).toBe('clean');
    expect(printed.gitlab).toMatchObject({ status: 'off', reasons: [{ code: 'no-feed' }] });
    expect(stderr).toContain(`${url}/jobs/${printed.id}`);
    expect(stderr).toContain('packed 2 files');
    expect(stderr).toMatch(/verdict clean: nothing at or above WARNING \(exit code 0\)\n$/);
  });

  it('findings: 1, every format to its file, the lock file where the repository has it, a link for GitLab', async () => {
    const out = folderOf({});
    const outputs = [
      'gitlab=gl.json',
      'sarif=a/b.sarif',
      'junit=j.xml',
      'codequality=q.json',
      'json=r.json',
      'text=t.txt',
    ];
    const args = outputs.flatMap((output) => ['--output', output.replace('=', `=${out.path}/`)]);
    const { code, stdout } = await analyze(
      FOUND,
      [...args, '--format', 'text', '--annotations', join(out.path, 'a.json')],
      {
        CI_PROJECT_DIR: join(project.path, '..'),
      },
    );
    const read = (file: string): string => readFileSync(join(out.path, file), 'utf8');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Verdict: FINDINGS – 1 finding by 1 package\n/);
    expect(stdout).not.toContain('\u001b');
    const [, link = ''] = /Report: (.*)\n$/.exec(stdout) ?? [];
    const [name] = project.path.split('/').slice(-1);
    expect(JSON.parse(read('gl.json')).vulnerabilities[0].location.file).toBe(`${name}/package-lock.json`);
    expect(JSON.parse(read('a/b.sarif')).version).toBe('2.1.0');
    expect(read('j.xml')).toContain('<testsuites>');
    expect(JSON.parse(read('q.json'))).toHaveLength(1);
    expect(JSON.parse(read('r.json')).verdict).toBe('findings');
    expect(JSON.parse(read('a.json'))).toEqual({
      packwarden: [{ external_link: { label: 'Packwarden: findings', url: link } }],
    });
    expect(link).toMatch(new RegExp(`^${url}/jobs/[0-9a-f-]{36}$`));
    out.remove();
  });

  it.each([
    [['--check-needed'], true],
    [[], undefined],
  ])('%s: which scripts are needed is asked for: %s', async (args, checkNeeded) => {
    expect((await analyze({}, args)).code).toBe(0);
    expect(service.queue.specs.at(-1)?.checkNeeded).toBe(checkNeeded);
  });

  it.each<[string[], object]>([
    [['--run', 'build,test', '--run', 'lint'], { run: ['build', 'test', 'lint'] }],
    [['--passes', '1'], { passes: 1 }],
  ])('%s: what is exercised is asked for', async (args, wanted) => {
    expect((await analyze({}, args)).code).toBe(0);
    expect(service.queue.specs.at(-1)).toMatchObject(wanted);
  });

  it('says which project and line it is a run of, and in which folder of the checkout of a CI job', async () => {
    const [name = '', ...above] = project.path.split('/').reverse();
    const checkout = above.reverse().join('/');
    await analyze({}, ['--project', 'shop', '--ref', 'main', '--default-branch', 'main'], { CI_PROJECT_DIR: checkout });
    expect(service.queue.specs.at(-1)?.project).toMatchObject({
      project: { source: 'request', name: 'shop' },
      part: name,
      ref: 'main',
      line: 'default',
    });
  });

  it('incomplete: 3, with the reason', async () => {
    const { code, stdout } = await analyze(INCOMPLETE, ['--format', 'text']);
    expect(code).toBe(3);
    expect(stdout).toContain('! the sensor dropped 7 events (events-dropped)');
  });

  it.each([
    ['in colour', {}, true],
    ['without, when NO_COLOR says so', { NO_COLOR: '1' }, false],
  ] as const)('in a terminal: the text, %s', async (_title, env, coloured) => {
    const command = `stty cols 80; ${process.execPath} ${inject('cliMain')} analyze ${project.path} --url ${url}`;
    const { PATH = '' } = process.env;
    const variables = { PATH, TERM: 'xterm-256color', PACKWARDEN_TOKEN: 't0ken', ...env };
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: variables });
    let shown = '';
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await end(await submitted(), FOUND);
    expect(await ended).toBe(1);
    expect(shown.includes('\u001b[31mFINDINGS')).toBe(coloured);
    expect(shown).toContain('FINDINGS');
    const lines = shown.replaceAll(/\u001b\[\d+m/g, '').split(/\r?\n/);
    expect(lines.filter((line) => line.length > 80 && !line.includes('/jobs/'))).toEqual([]);
  });

  it('sends which CI job it is, and no token of it', async () => {
    const seen = refuser();
    await new Cli(['analyze', project.path, '--url', await seen.url(), '--retry-for', '0'], {
      PACKWARDEN_ID_TOKEN: 'eyJ.a.b',
      CI_SERVER_URL: 'https://gitlab.example',
      CI_PROJECT_ID: '7',
      CI_COMMIT_REF_NAME: 'fix/ünïcode',
      CI_JOB_TOKEN: 's3cret',
      CI_REPOSITORY_URL: 'https://gitlab-ci-token:s3cret@gitlab.example/x.git',
    }).ended;
    const [headers = {}] = seen.requests;
    expect(headers).toMatchObject({
      authorization: 'Bearer eyJ.a.b',
      'x-packwarden-ci-server-url': 'https%3A%2F%2Fgitlab.example',
      'x-packwarden-ci-project-id': '7',
      'x-packwarden-ci-commit-ref-name': 'fix%2F%C3%BCn%C3%AFcode',
    });
    expect(JSON.stringify(headers)).not.toContain('s3cret');
    seen.close();
  });

  it("Package Hunter's own invocation: a tarball, HTR_user and HTR_pass, GitLab's report on standard output", async () => {
    const folder = folderOf({ 'package.json': { name: 'app', version: '1.0.0' } });
    execFileSync('tar', ['-C', folder.path, '-czf', join(folder.path, 'gitlab.tgz'), 'package.json']);
    const env = { HTR_user: 'hunter', HTR_pass: 'correct horse', PACKWARDEN_URL: url };
    const cli = new Cli(['analyze', '--format', 'gitlab', '--manager', 'npm', 'gitlab.tgz'], env, folder.path);
    const id = await submitted();
    expect(service.queue.views.get(id)?.owner).toBe('hunter');
    await end(id, FOUND);
    const { code, stdout } = await cli.ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ scan: { scanner: { id: 'packagehunter' } }, vulnerabilities: [{}] });
    folder.remove();
  });

  it('a service that is full for a moment is put up with, for as long as it asks', async () => {
    service.queue.down = true;
    const asked: string[] = [];
    const front = new Front(url, ({ status, headers }) => {
      service.queue.down = false;
      if (status !== 503) return 'passes';
      asked.push(headers['retry-after'] ?? '');
      headers['retry-after'] = '0';
      return 'passes';
    });
    const cli = new Cli(['analyze', project.path, '--url', await front.url()], { PACKWARDEN_TOKEN: 't0ken' });
    await end(await submitted(), {});
    const { code, stderr } = await cli.ended;
    expect([code, asked]).toEqual([0, ['10']]);
    expect(stderr).toMatch(/answered 503: .*; retrying in 0 s\n/);
    front.close();
  });

  it('a lost answer to the upload makes no second job', async () => {
    const lossy = losingFirstUpload(url);
    const cli = new Cli(['analyze', project.path, '--url', await lossy.url()], { PACKWARDEN_TOKEN: 't0ken' });
    await eventually('sent twice', 20_000, () => lossy.uploads() === 2 || undefined);
    expect(service.queue.views.size).toBe(1);
    await end(await submitted(), {});
    expect((await cli.ended).code).toBe(0);
    lossy.close();
  });

  it('--timeout: a job that takes too long is cancelled: 2, with the reason', async () => {
    const cli = new Cli(['analyze', project.path, '--url', url, '--timeout', '2'], { PACKWARDEN_TOKEN: 't0ken' });
    const id = await submitted();
    const { code, stdout, stderr } = await cli.ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`no report within 2 s: cancelling job ${id}`);
    expect(service.queue.views.size).toBe(0);
  });

  it('Ctrl-C cancels the job: 130, and nothing on standard output', async () => {
    const cli = new Cli(['analyze', project.path, '--url', url], { PACKWARDEN_TOKEN: 't0ken' });
    const id = await submitted();
    await eventually('it follows', 15_000, () => cli.stderr.includes('waiting for a worker') || undefined);
    cli.child.kill('SIGINT');
    const { code, stdout, stderr } = await cli.ended;
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toContain(`cancelling job ${id}`);
    expect(service.queue.views.size).toBe(0);
  });

  it.each([
    ['nobody listens', ['--url', 'http://127.0.0.1:9', '--retry-for', '0'], 'no service answers at'],
    ['a wrong token', ['--token', 'wrong'], 'answered 401'],
    ['a wrong option', ['--frobnicate'], 'See: packwarden analyze --help'],
  ])('%s: 2, a sentence and nothing on standard output', async (_title, args, reason) => {
    const cli = new Cli(['analyze', project.path, '--url', url, ...args], { PACKWARDEN_TOKEN: 't0ken' });
    const { code, stdout, stderr } = await cli.ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('    at ');
  });

  it.each([
    ['a wrong format', ['--format', 'pdf'], 'unknown format; choose one of text, json'],
    ['a wrong output', ['--output', 'gitlab'], 'expected FORMAT=FILE'],
    [
      'a wrong manager',
      ['--manager', 'cargo'],
      'unknown package manager; choose one of auto, npm, yarn, pnpm, bundler, bun',
    ],
    ['a wrong priority', ['--fail-on', 'AWFUL'], 'expected new or one of EMERGENCY'],
    ['a wrong script', ['--run', 'a b'], '--run a b: not a valid name of a script in package.json'],
    ['a wrong number of passes', ['--passes', '3'], '--passes 3: expected 1 or 2'],
    ['a wrong address', ['--url', 'localhost:3000'], 'expected an http or https address'],
    ['a wrong time for retries', ['--retry-for', 'ever'], 'a number of seconds'],
    ['a wrong deadline', ['--timeout', '1h'], '--timeout 1h: expected a number of seconds'],
    ['two projects', ['a', 'b'], 'expected one folder or tarball'],
  ])('refuses %s', (_title, args, reason) => {
    expect(() => readAnalyzeOptions(args, loadClientConfig({}))).toThrow(reason);
  });

  it('what is given on the command line wins over the environment, a token over a user, both over an ID token', () => {
    const env = { PACKWARDEN_TOKEN: 't', HTR_user: 'u', HTR_pass: 'p', PACKWARDEN_ID_TOKEN: 'i' };
    const sent = (args: string[], from: Record<string, string>) =>
      readAnalyzeOptions(args, loadClientConfig(from))?.headers.authorization;
    expect(sent(['--token', 'o'], env)).toBe('Bearer o');
    expect(sent([], env)).toBe('Bearer t');
    expect(sent([], { ...env, PACKWARDEN_TOKEN: '' })).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
    expect(sent([], { PACKWARDEN_ID_TOKEN: 'i' })).toBe('Bearer i');
    expect(sent([], {})).toBeUndefined();
    expect(() => loadClientConfig({ PACKWARDEN_URL: 'nonsense' })).toThrow('PACKWARDEN_URL');
    expect(loadConfig({ PACKWARDEN_URL: 'http://x', PACKWARDEN_TOKEN: 't' }).PACKWARDEN_PORT).toBe(3000);
  });

  it('--dry-run lists what would go, and asks nobody', async () => {
    const { code, stdout } = await new Cli(['analyze', project.path, '--dry-run', '--url', 'http://127.0.0.1:9']).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /package-lock\.json\n.*package\.json\n2 files, .* before compression \(npm: the project has package-lock\.json\)\n$/,
    );
  });
});
