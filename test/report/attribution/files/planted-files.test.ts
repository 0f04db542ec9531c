import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../../src/report/build.js';
import { CODE_READ_RULE, ProjectWrites, WRITE_RULE } from '../../../../src/report/evidence/project-writes.js';
import { alertAt, evidence, folded, PROJECT, pkg, type Start, scriptsOf, startAlert, treeOf } from '../../evidence.js';

const packages = [
  pkg('.', ['evil', 'honest']),
  pkg('node_modules/evil', [], ['postinstall']),
  pkg('node_modules/honest', [], ['postinstall']),
  pkg('node_modules/compiler'),
];
const folder = (path: string): string => `${PROJECT}/node_modules/${path}`;
const HONEST = folder('honest');

/** The step of `evil` has the pids 20 and 22, that of `honest` 30 and above, that of the project 40. */
const before: readonly Start[] = [
  ...scriptsOf('evil', 10),
  ...scriptsOf('honest', 11),
  ...scriptsOf('project', 12),
  [2, 20, 10, folder('evil'), 'sh -c node x.js'],
  [2.1, 22, 20, folder('evil'), `node ${folder('compiler/cli.js')}`],
  [2, 40, 12, PROJECT, 'sh -c node setup.js'],
  [4, 30, 11, HONEST, 'sh -c hb'],
];

/** `[second, pid, call, fields]`. */
type Write = readonly [number, number, string, Record<string, string>];
const opened = (path: string, pid = 20, second = 3): Write => [second, pid, 'openat', { 'fd.name': path }];
const moved = (from: string, to: string): Write => [
  3.5,
  20,
  'rename',
  { 'evt.arg.oldpath': from, 'evt.arg.newpath': to },
];
const linked = (link: string): Write => [3.5, 20, 'symlink', { 'evt.arg.linkpath': link }];

/** The package that read the key, and the package of the step; the process is that of the last start. */
function culprit(
  starts: readonly Start[],
  writes: readonly Write[],
  reads: readonly [number, number, string][] = [],
): readonly unknown[] {
  const written = new ProjectWrites();
  for (const [second, pid, call, fields] of writes) {
    written.add(alertAt(second, WRITE_RULE, { 'proc.pid': String(pid), 'evt.type': call, ...fields }, 'DEBUG'));
  }
  for (const [second, pid, path] of reads) {
    written.addRead(alertAt(second, CODE_READ_RULE, { 'proc.pid': String(pid), 'fd.name': path }, 'DEBUG'));
  }
  const fields = { 'proc.pid': String(starts.at(-1)?.[1]), 'fd.name': '/home/ci/.ssh/id_rsa' };
  const alerts = [folded(alertAt(8, 'Read of an SSH key', fields))];
  const tree = treeOf([...before, ...starts]);
  const { findings } = buildReport(evidence({ packages, tree, writes: written, alerts }));
  const found = findings.find(({ rule }) => rule === 'Read of an SSH key');
  const orBy = found?.orBy?.map(({ name }) => name);
  return [found?.package?.name, found?.ranBy?.name, ...(orBy === undefined ? [] : [orBy])];
}

const BY_EVIL = ['evil', 'honest'];
const BY_HONEST = ['honest', undefined];
const runs = (command: string, pid = 31): Start => [5, pid, 30, HONEST, command];

describe('code that a package runs from a shared place is attributed to the package that put it there', () => {
  const PLACES = [
    '/tmp/honest/hc.js',
    '/var/tmp/honest-1.js',
    '/home/ci/.cache/hc/run.js',
    `${PROJECT}/node_modules/.cache/hc/run.js`,
    `${PROJECT}/hb.config.js`,
  ];

  it.each(PLACES)('a script: %s', (place) => {
    expect(culprit([runs(`node ${place}`)], [opened(place)])).toEqual(BY_EVIL);
    expect(culprit([runs(`sh ${place}`), [6, 32, 31, HONEST, 'cat key']], [opened(place)])).toEqual(BY_EVIL);
  });

  it.each(PLACES)('a program: %s', (place) => {
    expect(culprit([runs(place)], [opened(place)])).toEqual(BY_EVIL);
  });

  it.each(PLACES)('code that a process of it loads: %s', (place) => {
    expect(culprit([runs('node b.js')], [opened(place)], [[6, 31, place]])).toEqual(BY_EVIL);
    const child: Start = [7, 32, 31, HONEST, 'cat key'];
    expect(culprit([runs('node b.js'), child], [opened(place)], [[6, 31, place]])).toEqual(BY_EVIL);
  });

  it.each<[how: string, writes: readonly Write[]]>([
    ['moved into place', [moved('/tmp/x', '/tmp/d/honest.js')]],
    ['linked into place', [linked('/tmp/d/honest.js')]],
    ['in a folder that was moved into place', [moved('/tmp/x', '/tmp/d')]],
    ['in a folder that is a link', [linked('/tmp/d')]],
  ])('a file that was %s', (_how, writes) => {
    expect(culprit([runs('node /tmp/d/honest.js')], writes)).toEqual(BY_EVIL);
    expect(culprit([runs('node b.js')], writes, [[6, 31, '/tmp/d/honest.js']])).toEqual(BY_EVIL);
  });

  it.each(['/tmp/hc.js', '/tmp/evil-cache/x.js', '/dev/shm/x'])(
    'but who reads a temporary file that is not named after him chose to: %s',
    (place) => {
      expect(culprit([runs('node b.js')], [opened(place)], [[6, 31, place]])).toEqual(['honest', undefined, ['evil']]);
      expect(culprit([runs(`node ${place}`)], [opened(place)])).toEqual(BY_EVIL);
    },
  );

  it.each<[why: string, starts: readonly Start[], writes: readonly Write[], reads?: [number, number, string][]]>([
    ['was written again by itself', [runs('node /tmp/a.js')], [opened('/tmp/a.js'), opened('/tmp/a.js', 30, 4)]],
    ['was written after it was started', [runs('node /tmp/a.js')], [opened('/tmp/a.js', 20, 6)]],
    ["is the project's", [runs(`node ${PROJECT}/a.js`)], [opened(`${PROJECT}/a.js`, 40)]],
    ['was loaded after it had acted', [runs('node b.js')], [opened('/tmp/a.js')], [[9, 31, '/tmp/a.js']]],
    ['another process loaded', [runs('node b.js')], [opened('/tmp/a.js')], [[6, 39, '/tmp/a.js']]],
    ['a tool of the image read', [runs('cat /tmp/a.js key')], [opened('/tmp/a.js')], [[6, 31, '/tmp/a.js']]],
    ['nobody wrote', [runs('node b.js')], [], [[6, 31, '/tmp/a.js']]],
  ])('but not what %s', (_why, starts, writes, reads) => {
    expect(culprit(starts, writes, reads)).toEqual(BY_HONEST);
  });
});

describe('what a tool writes in the folder of the package that called it', () => {
  const tool = (script: string, pid = 31): Start => [4.5, pid, 30, HONEST, `node ${folder('compiler')}/${script}`];
  const made = opened(`${HONEST}/b2.sh`, 31, 4.7);

  it("is the tool's doing where the tool runs it", () => {
    const starts = [tool('cli.js'), [5, 32, 31, HONEST, 'sh ./b2.sh']] as const;
    expect(culprit(starts, [made])).toEqual(['compiler', 'honest']);
    expect(culprit([...starts, [6, 33, 32, HONEST, 'cat key']], [made])).toEqual(['compiler', 'honest']);
  });

  it('by becoming it, too', () => {
    expect(culprit([tool('cli.js'), [5, 31, 30, HONEST, 'sh ./b2.sh']], [made])).toEqual(['compiler', 'honest']);
  });

  it("is the package's where it runs it itself: a compiler writes what it is given", () => {
    expect(culprit([tool('cli.js'), [5, 32, 30, HONEST, 'node b2.sh']], [made])).toEqual(BY_HONEST);
    const temporary = opened('/tmp/out.js', 31, 4.7);
    expect(culprit([tool('cli.js'), [5, 32, 30, HONEST, 'node /tmp/out.js']], [temporary])).toEqual(BY_HONEST);
  });

  it('but what it put elsewhere in the step of another package is its own', () => {
    expect(culprit([runs('node /tmp/a.js')], [opened('/tmp/a.js', 22)])).toEqual(['compiler', 'honest']);
  });
});

describe('a copy of a planted or delivered file is attributed to the package of the original', () => {
  const copy = (command: string): Start => [4.5, 31, 30, HONEST, command];
  const run: Start = [5, 32, 30, HONEST, 'sh ./y.sh'];
  const put = (call: string, fields: Record<string, string>, pid = 31, second = 4.6): Write => [
    second,
    pid,
    call,
    fields,
  ];
  const y = { 'fd.name': `${HONEST}/y.sh` };

  it.each<[how: string, starts: readonly Start[], write: Write, reads: [number, number, string][]]>([
    ['cp', [copy('cp /tmp/t.sh y.sh')], put('openat', y), [[4.55, 31, '/tmp/t.sh']]],
    [
      'a redirection',
      [[4.3, 31, 30, HONEST, 'sh go.sh'], copy('cat /tmp/t.sh')],
      put('openat', y, 31, 4.4),
      [[4.6, 31, '/tmp/t.sh']],
    ],
    [
      'mv',
      [copy('mv /tmp/t.sh y.sh')],
      put('rename', { 'evt.arg.oldpath': '/tmp/t.sh', 'evt.arg.newpath': y['fd.name'] }),
      [],
    ],
    [
      'a link',
      [copy('ln /tmp/t.sh y.sh')],
      put('linkat', { 'evt.arg.oldpath': '/tmp/t.sh', 'evt.arg.newpath': y['fd.name'] }),
      [],
    ],
  ])('by %s', (_how, starts, write, reads) => {
    const writes = [opened('/tmp/t.sh'), write];
    expect(culprit([...starts, run], writes, reads)).toEqual(BY_EVIL);
  });

  it('by cp from the folder of a package', () => {
    expect(culprit([copy('cp ../evil/x.sh ./y.sh'), run], [put('openat', y)])).toEqual(BY_EVIL);
  });

  it.each<[why: string, starts: readonly Start[], writes: readonly Write[]]>([
    ['was changed afterwards', [copy('cp ../evil/x.sh ./y.sh')], [put('openat', y), put('openat', y, 30, 4.8)]],
    [
      'was changed afterwards by who had written it before',
      [copy('cp ../evil/x.sh ./y.sh')],
      [put('openat', y, 30, 4.2), put('openat', y), put('openat', y, 30, 4.8)],
    ],
    ['came from more than one', [copy('cp ../evil/x.sh ./own.sh ./y.sh')], [put('openat', y)]],
    ['was made by a program of its own', [copy('node make.js')], [put('openat', y)]],
  ])('but not what %s', (_why, starts, writes) => {
    expect(culprit([...starts, run], writes)).toEqual(BY_HONEST);
  });
});

describe('a variable that names a planted file', () => {
  it("is that one's doing", () => {
    const written = new ProjectWrites();
    written.add(alertAt(3, WRITE_RULE, { 'proc.pid': '20', 'evt.type': 'openat', 'fd.name': '/tmp/e.sh' }, 'DEBUG'));
    const tree = treeOf(before);
    tree.add(startAlert(runs('bash b.sh'), { 'proc.env[BASH_ENV]': '/tmp/e.sh' }));
    const alerts = [folded(alertAt(8, 'Read of an SSH key', { 'proc.pid': '31' }))];
    const { findings } = buildReport(evidence({ packages, tree, writes: written, alerts }));
    expect(findings.map(({ package: by }) => by?.name)).toEqual(['evil']);
  });
});

describe('settings that another package planted, and that say what a program runs', () => {
  const hook = (program: string): readonly Start[] => [runs(program), [6, 32, 31, HONEST, 'sh -c x']];

  it.each([
    ['git status', '/home/ci/.gitconfig'],
    ['git status', `${PROJECT}/.git/config`],
    ['python3 gyp_main.py', '/home/ci/.gyp/include.gypi'],
    ['python3 tool.py', '/home/ci/.local/lib/python3.11/site-packages/x.pth'],
    ['node /usr/local/bin/npm run x', '/home/ci/.npmrc'],
    ['make', '/home/ci/.config/rules.mk/x'],
  ])('%s obeys %s', (program, file) => {
    expect(culprit(hook(program), [opened(file)], [[5.5, 31, file]])).toEqual(BY_EVIL);
  });

  it('a program that takes no orders from files reads what it likes', () => {
    const file = '/home/ci/.gitconfig';
    expect(culprit(hook('cat .gitconfig'), [opened(file)], [[5.5, 31, file]])).toEqual(BY_HONEST);
  });

  it('a key that another package opened for writing is nothing that is run', () => {
    const file = '/home/ci/.ssh/id_rsa';
    expect(culprit(hook('node index.js'), [opened(file)], [[5.5, 31, file]])).toEqual(BY_HONEST);
  });
});

it("files that a tool is told to read in its caller's folder are attributed to the caller", () => {
  const there: Start = [5, 31, 30, '/home/ci/.ssh', `node ${folder('compiler/cli.js')} cat id_rsa`];
  expect(culprit([there], [])).toEqual(BY_HONEST);
});
