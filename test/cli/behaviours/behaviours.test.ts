import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashToken } from '../../../src/api/auth/credentials.js';
import { parseList } from '../../../src/cli/behaviours/list.js';
import type { JobState } from '../../../src/jobs/job.js';
import type { BehaviourData } from '../../../src/report/behaviours/behaviour.js';
import type { Report } from '../../../src/report/report.js';
import { type Service, startService } from '../../api/service.js';
import { asked, installed, read, ref, reportOf } from '../../report/behaviours/findings.js';
import { eventually } from '../../support/service-process.js';
import { Cli, folderOf } from '../run-cli.js';

const WAIT_MS = 20_000;
const folders: ReturnType<typeof folderOf>[] = [];
function folderWith(files: Record<string, string | object> = {}): string {
  const folder = folderOf(files);
  folders.push(folder);
  return folder.path;
}

let service: Service;
let url: string;
beforeAll(async () => {
  service = await startService({ tokens: [{ name: 'measurer', digest: hashToken('t0ken') }] });
  url = `http://127.0.0.1:${service.port}`;
});
afterAll(async () => {
  await service.close();
  for (const folder of folders) folder.remove();
});
afterEach(() => {
  service.queue.views.clear();
  service.queue.down = false;
});

const waiting = () => [...service.queue.views].filter(([, { report }]) => report === null).map(([id]) => id);

/** The job that is submitted next ends with `made`. */
async function endNext(made: Report): Promise<void> {
  const id = await eventually('a job', WAIT_MS, () => waiting()[0]);
  const view = service.queue.views.get(id);
  if (view === undefined) throw new Error('no such job');
  service.queue.views.set(id, { ...view, state: made.status as JobState, report: { ...made, id } });
}

function measure(folder: string, ...args: readonly string[]): Cli {
  const all = [
    'behaviours',
    join(folder, 'list.txt'),
    '--out',
    join(folder, 'out'),
    '--url',
    url,
    '--concurrency',
    '1',
  ];
  return new Cli([...all, ...args], { PACKWARDEN_TOKEN: 't0ken' });
}

const dataIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'out/measured.json'), 'utf8')) as BehaviourData;
const TOOL = reportOf([read('/home/ci/.npmrc')]);
const OTHER = reportOf([asked('a.example:443', 'download', { package: ref('other') })], {
  installed: [installed('other')],
  phases: [],
});
const UNWATCHED = reportOf([read('/home/ci/.yarnrc')], {
  status: 'incomplete',
  verdict: 'incomplete',
  incomplete: [{ code: 'events-dropped', message: 'the sensor dropped 7 events' }],
});

describe('packwarden behaviours LIST', () => {
  it('measures each line, keeps apart what failed, and goes on there', { timeout: 60_000 }, async () => {
    const folder = folderWith({ 'list.txt': '# a comment\ntool\n\nother@^1.0.0  # the other\ntool\n' });
    const first = measure(folder);
    await endNext(TOOL);
    await endNext(UNWATCHED);
    const { code, stderr } = await first.ended;
    expect(stderr).toContain('1/2 tool: clean');
    expect(stderr).toContain('not measured: other@^1.0.0: events-dropped: the sensor dropped 7 events');
    expect(code).toBe(1);
    expect(dataIn(folder).behaviours).toMatchObject([{ package: 'tool', versions: '^1.2.0', places: ['~/.npmrc'] }]);
    expect(readdirSync(join(folder, 'out/incomplete'))).toHaveLength(1);

    service.queue.views.clear();
    const second = measure(folder);
    await endNext(OTHER);
    const again = await second.ended;
    expect(again.stderr).toContain('1 of 2 lines are measured already');
    expect(again.code).toBe(0);
    expect(service.queue.views.size).toBe(1);
    expect(dataIn(folder).behaviours.map((one) => one.package)).toEqual(['other', 'tool']);
    expect(readdirSync(join(folder, 'out/incomplete'))).toEqual([]);

    service.queue.views.clear();
    expect((await measure(folder).ended).code).toBe(0);
    expect(service.queue.views.size).toBe(0);
  });

  it('retries while a service is down', { timeout: 60_000 }, async () => {
    const folder = folderWith({ 'list.txt': 'tool\n' });
    service.queue.down = true;
    const cli = measure(folder);
    await eventually('a retry', WAIT_MS, () => (cli.stderr.includes('retrying') ? true : undefined));
    service.queue.down = false;
    await endNext(TOOL);
    expect((await cli.ended).code).toBe(0);
  });

  it('cancels its job when it is interrupted, and writes nothing by halves', { timeout: 60_000 }, async () => {
    const folder = folderWith({ 'list.txt': 'tool\n' });
    const cli = measure(folder);
    const id = await eventually('a job', WAIT_MS, () => waiting()[0]);
    cli.child.kill('SIGINT');
    const { code, stderr } = await cli.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('the next run continues from here');
    expect(service.queue.views.get(id)).toBeUndefined();
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('ends with the reason where the service refuses everything', { timeout: 60_000 }, async () => {
    const folder = folderWith({ 'list.txt': 'a\nb\nc\nd\n' });
    const { code, stderr } = await measure(folder, '--token', 'wrong').ended;
    expect(code).toBe(2);
    expect(stderr).toContain('answered 401');
    expect(stderr).not.toContain(' d: ');
  });
});

describe('packwarden behaviours --from', () => {
  it('makes the data of reports that are there, and names what is none', async () => {
    const reports = {
      'b.json': TOOL,
      'a.json': OTHER,
      'x.json': '{',
      'y.json': { ...TOOL, findings: 1 },
      'n.txt': 'x',
    };
    const from = folderWith({ ...reports, 'z.json': UNWATCHED });
    const folder = folderWith();
    const { code, stderr } = await new Cli(['behaviours', '--from', from, '--out', join(folder, 'out')]).ended;
    expect(code).toBe(1);
    for (const name of ['x', 'y', 'z']) expect(stderr).toContain(`left out: ${from}/${name}.json`);
    expect(dataIn(folder).behaviours.map((one) => one.package)).toEqual(['other', 'tool']);
  });

  it.each([
    [['--from', '/nowhere', '--out', '/tmp/never'], 'can’t be read'],
    [['list', '--from', '/tmp'], 'can not be combined'],
    [[], 'one LIST'],
    [['/nowhere'], 'can’t be read'],
    [['list', '--concurrency', '99'], '1 to 16'],
    [['list', '--url', 'ftp://x'], 'expected an http'],
  ])('%j is wrong usage', async (args, reason) => {
    const { code, stderr } = await new Cli(['behaviours', ...args]).ended;
    expect(code).toBe(2);
    expect(stderr.replaceAll("'", '’')).toContain(reason);
  });

  it('has a help', async () => {
    const { code, stdout } = await new Cli(['behaviours', '--help']).ended;
    expect(code).toBe(0);
    expect(stdout).toContain('--from FOLDER');
  });
});

describe('a line of a list', () => {
  it.each([
    ['a', { a: '*' }],
    ['a@1.2.3  @s/b@^2', { a: '1.2.3', '@s/b': '^2' }],
    ['@s/b', { '@s/b': '*' }],
    ['a@latest # x', { a: 'latest' }],
    ['__proto__x', { __proto__x: '*' }],
  ])('%s', (text, dependencies) => expect(parseList(text)[0]?.dependencies).toEqual(dependencies));

  it.each([
    ['a@'],
    ['a@file:../x'],
    ['a@https://x.example/a.tgz'],
    ['git+ssh://x.example/a.git'],
    ['a@npm:b@1'],
    ['./a'],
    ['@s'],
    ['a@github:b/c'],
    [''],
    ['# nothing'],
  ])('%j is refused', (text) => expect(() => parseList(text)).toThrow(/list/));

  it('has a name for its results that no other one has', () => {
    const slugs = parseList('a b\na_b\na@^1\na@~1').map(({ slug }) => slug);
    expect(new Set(slugs).size).toBe(slugs.length);
  });
});
