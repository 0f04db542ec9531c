import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProbe, ROOT, ruleFile, runContainer, sandboxImage, TestSensor } from '../harness.js';

const run = promisify(execFile);

/** A rule knows a place by its path, whatever the parameter is called. */
const PARAMETERS = ['path', 'name', 'oldpath', 'newpath', 'filename', 'pathname', 'linkpath', 'target', 'in_fd'];
PARAMETERS.push('out_fd', 'fd_in', 'fd_out', 'fdin', 'fdout');

const RULES = `
- rule: Touched
  desc: whatever was done to a file of the folder
  condition: >
    proc.name = verbs and (fd.name startswith /tmp/secret/ or
    ${PARAMETERS.map((name) => `evt.arg.${name} contains /tmp/secret/`).join(' or ')})
  output: "%evt.type %evt.res fd=%fd.name ${PARAMETERS.map((name) => `${name}=%evt.arg.${name}`).join(' ')} raw=%fs.path.nameraw"
  priority: DEBUG
`;

/** The ways of test/sensor/event/programs/verbs.c to name the folder. */
const WAYS = [
  ...['direct', 'dots', 'absolute', 'relative', 'chain', 'behind', 'moved', 'hard', 'swapped'],
  ...['root', 'folder', 'cwd', 'thread', 'image', 'fd', 'device'],
];

/** What is done to a file of that name, and the parameter that says so. */
const VERBS: readonly (readonly [name: string, type: string, parameter: string])[] = [
  ['renamed-from', 'rename', 'oldpath'],
  ['renamed-to', 'renameat', 'newpath'],
  ['exchanged', 'renameat2', 'newpath'],
  ['linked-from', 'link', 'oldpath'],
  ['linked-to', 'linkat', 'newpath'],
  ['symlinked-from', 'symlink', 'target'],
  ['symlinked-to', 'symlinkat', 'linkpath'],
  ['truncated', 'truncate', 'path'],
  ['chmodded', 'chmod', 'filename'],
  ['fchmodatted', 'fchmodat', 'filename'],
  ['chowned', 'chown', 'path'],
  ['lchowned', 'lchown', 'path'],
  ['fchownatted', 'fchownat', 'pathname'],
  ['unlinked', 'unlink', 'path'],
  ['unlinkatted', 'unlinkat', 'name'],
  ['made-folder', 'mkdir', 'path'],
  ['made-folder-at', 'mkdirat', 'path'],
  ['made-folder', 'rmdir', 'path'],
  ['made-fifo', 'mknod', 'path'],
  ['made-fifo-at', 'mknodat', 'path'],
  ['missing', 'openat', 'name'],
  ['missing', 'unlink', 'path'],
  ['missing', 'truncate', 'path'],
  ['missing', 'execve', 'filename'],
];

/** By a descriptor of the folder or of the file. */
const BY_DESCRIPTOR: readonly (readonly [name: string, type: string, says: string])[] = [
  ['renamed-from', 'renameat', 'oldpath='],
  ['linked-from', 'linkat', 'oldpath='],
  ['unlinkatted', 'unlinkat', ' name='],
  ['chmodded', 'fchmod', 'fd='],
  ['truncated', 'ftruncate', 'fd='],
  ['fchownatted', 'fchownat', 'pathname='],
  ['reopened', 'truncate', ' path='],
];

const COPIES: readonly (readonly [type: string, says: string])[] = [
  ['copy_file_range', 'fdin=<f>/tmp/secret/copied-from-open fdout=<f>/tmp/secret/copied-to-open'],
  ['copy_file_range', 'fd=/tmp/secret/copied-to-open '],
  ['sendfile', 'in_fd=<f>/tmp/secret/copied-from-open out_fd=<f>/tmp/secret/copied-to-open'],
  ['splice', 'fd_in=<f>/tmp/secret/copied-from-open'],
  ['splice', 'fd_out=<f>/tmp/secret/copied-to-open'],
];

describe('what is done to a file', () => {
  let folder: string;
  let said: string[] = [];

  beforeAll(async () => {
    await buildProbe();
    folder = await mkdtemp(join(tmpdir(), 'packwarden-verbs-'));
    const program = join(folder, 'verbs');
    await run('cc', ['-static', '-o', program, join(ROOT, 'test/sensor/event/programs/verbs.c')]);
    const sensor = await TestSensor.start([await ruleFile(folder, RULES)]);
    try {
      // As in a sandbox, the container's first process outlives what is done in it: the image's links are read below its root.
      await runContainer(await sandboxImage(), ['sh', '-c', '/verbs && sleep 3'], {
        args: ['--network', 'none', '--user', '1000', '--tmpfs', '/tmp:uid=1000'],
        files: { '/verbs': program },
      });
      const responses = await sensor.get();
      said = responses.map(({ output }) => JSON.parse(output).output.replace(/^.*?: Debug /, ''));
    } finally {
      await sensor.stop();
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const lines = (type: string, says: string) =>
    said.filter((line) => line.startsWith(`${type} `) && line.includes(says));

  it.each(VERBS)('a file that is %s by %s has its own path in %s, by whatever way', (name, type, parameter) => {
    const told = WAYS.filter((way) => lines(type, ` ${parameter}=/tmp/secret/${name}-${way} `).length === 1);
    expect(told, said.filter((line) => line.startsWith(`${type} `) && line.includes(`${name}-`)).join('\n')).toEqual(
      WAYS,
    );
  });

  it.each(BY_DESCRIPTOR)('a file that is %s by %s and a descriptor has its own path', (name, type, says) => {
    for (const way of ['descriptor', 'link']) {
      expect(lines(type, `${says}/tmp/secret/${name}-${way} `).length, way).toBeGreaterThan(0);
    }
  });

  it.each(COPIES)('%s says %s', (type, says) => {
    expect(lines(type, says).length, lines(type, '').join('\n')).toBeGreaterThan(0);
  });
});
