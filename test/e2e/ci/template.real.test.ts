import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderOf } from '../../cli/run-cli.js';
import { gitlabFaults, junitFaults, SCHEMAS_MISSING } from '../../report/formats/validators.js';
import { reportOf } from '../../support/client.js';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';
import { artifactsOf, type CiJob, componentJob, includedJob, runJob } from './template.js';

const CLI = `${process.execPath} ${fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url))}`;
const data = dataFolder();
let service: ServiceProcess;
const folders: { remove(): void }[] = [];

beforeAll(async () => {
  service = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: data.path });
  await service.ready();
});
afterAll(async () => {
  await service?.stop();
  data.remove();
  for (const folder of folders) folder.remove();
});

/** A checkout whose project in `web/` has one local dependency with this install script. */
function checkout(script: string): string {
  const folder = folderOf({
    'web/package.json': { name: 'app', version: '1.0.0', dependencies: { dep: 'file:dep' } },
    'web/dep/package.json': { name: 'dep', version: '1.2.3', scripts: { postinstall: 'node setup.js' } },
    'web/dep/index.js': '',
    'web/dep/setup.js': script,
    'web/src/secret.ts': '',
  });
  folders.push(folder);
  return folder.path;
}

const TEMPLATES: readonly (readonly [name: string, job: (url: string) => CiJob])[] = [
  ['ci/packwarden.gitlab-ci.yml', () => includedJob('ci/packwarden.gitlab-ci.yml')],
  ['ci/packwarden-curl.gitlab-ci.yml', () => includedJob('ci/packwarden-curl.gitlab-ci.yml')],
  [
    'templates/packwarden.yml',
    (url) => componentJob('templates/packwarden.yml', { url, directory: 'web', cli: CLI, include: 'dep' }),
  ],
];

const ENDS = [
  ['clean', '', 0],
  ['findings', `try { require('fs').readFileSync('/etc/shadow') } catch {}`, 1],
  ['incomplete', 'process.exit(7)', 3],
] as const;

const impatient = (job: CiJob): CiJob => ({ ...job, variables: { ...job.variables, PACKWARDEN_RETRY_FOR: '0' } });

function start(job: CiJob, folder: string, url: string) {
  const variables = { PACKWARDEN_URL: url, PACKWARDEN_DIR: 'web', PACKWARDEN_CLI: CLI, PACKWARDEN_INCLUDE: 'dep' };
  return runJob(job, folder, variables);
}

describe.concurrent.each(TEMPLATES)('%s, as a runner runs it', (_name, template) => {
  it.each(ENDS)('%s', async (verdict, script, exitCode) => {
    const folder = checkout(script);
    const job = template(service.url);
    const { code, output } = await start(job, folder, service.url).ended;
    expect(code, output).toBe(exitCode);
    expect(output).toContain(`Verdict: ${verdict.toUpperCase()}`);

    for (const file of artifactsOf(job)) expect(existsSync(join(folder, file)), file).toBe(true);
    const read = (file: string | undefined): string => readFileSync(join(folder, file ?? ''), 'utf8');
    const { dependency_scanning, junit, codequality, annotations } = job.artifacts.reports;
    const { id } = JSON.parse(read('packwarden.json')) as { id: string };
    expect(JSON.parse(read(annotations)).packwarden[0].external_link).toEqual({
      label: `Packwarden: ${verdict}`,
      url: `${service.url}/jobs/${id}`,
    });
    expect(JSON.parse(read(codequality))).toHaveLength(exitCode === 0 ? 0 : 1);
    const { vulnerabilities } = JSON.parse(read(dependency_scanning));
    if (exitCode === 1) {
      expect(vulnerabilities[0].location).toMatchObject({
        file: 'web/package.json',
        dependency: { package: { name: 'dep' }, version: '1.2.3' },
      });
    }
    if (SCHEMAS_MISSING) return;
    expect(gitlabFaults(read(dependency_scanning))).toEqual([]);
    expect(junitFaults(read(junit))).toEqual([]);
  });

  it('unreachable: 2, with the reason', async () => {
    const job = impatient(template('http://127.0.0.1:9'));
    const { code, output } = await start(job, checkout(''), 'http://127.0.0.1:9').ended;
    expect(code, output).toBe(2);
    expect(output).toContain('no service answers at http://127.0.0.1:9');
  });
});

it('a cancelled CI job cancels its detonation', async () => {
  const folder = checkout('setTimeout(() => {}, 120_000)');
  const run = start(includedJob('ci/packwarden.gitlab-ci.yml'), folder, service.url);
  const id = await eventually('it installs', 60_000, () =>
    run.output().includes('running the install scripts')
      ? /jobs\/([0-9a-f-]{36})\n/.exec(run.output())?.[1]
      : undefined,
  );
  // A runner ends the whole process group.
  process.kill(-(run.child.pid ?? 0), 'SIGTERM');
  await run.ended;
  const { verdict, incomplete } = await reportOf(service.url, id, 30_000);
  expect([verdict, incomplete[0]?.code]).toEqual(['incomplete', 'cancelled']);
});

it("Package Hunter's job of GitLab's own pipeline", async () => {
  const folder = checkout(ENDS[1][1]);
  const job = {
    script: [
      'tar -C web -I "gzip --best" -cf gitlab.tgz .',
      `DEBUG=* ${CLI} analyze --format gitlab --manager npm gitlab.tgz | tee gl-dependency-scanning-report.json`,
    ],
    artifacts: { paths: [], reports: {} },
  };
  const variables = { PACKWARDEN_URL: service.url, HTR_user: 'user', HTR_pass: 'pass' };
  const { code, output } = await runJob(job, folder, variables).ended;
  expect(code, output).toBe(1);
  const report = JSON.parse(readFileSync(join(folder, 'gl-dependency-scanning-report.json'), 'utf8'));
  expect(report.scan.scanner.id).toBe('packagehunter');
  expect(report.vulnerabilities).toHaveLength(1);
});
