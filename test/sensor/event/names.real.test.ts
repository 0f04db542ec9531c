import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProbe, type Response, ROOT, ruleFile, runContainer, sandboxImage, TestSensor } from '../harness.js';

const run = promisify(execFile);

const RULES = `
- rule: Opened
  desc: every file that the program opens
  condition: evt.type in (open, openat, openat2) and proc.name = names
  output: "%fd.name %fd.nameraw %fd.dev %fd.ino %evt.res"
  priority: DEBUG
- rule: Process read
  desc: another process's environment or memory map
  condition: evt.type in (open, openat) and proc.name = names and (fd.name glob "/proc/[0-9]*/environ" or fd.name glob "/proc/[0-9]*/maps")
  output: "%fd.name"
  priority: DEBUG
`;

/** What test/sensor/event/programs/names.c calls the file, in its order. */
const NAMES = [
  '/tmp/elsewhere/a',
  '/tmp/elsewhere/b/key',
  '/tmp/c/key',
  '/tmp/c/../secret/key',
  '/tmp//secret/./key',
  '/proc/self/root/tmp/secret/key',
  'key',
  '../elsewhere/a',
  '/proc/self/fd/',
  '/dev/fd/',
  '/key',
  'key',
  'key',
  '/proc/self/cwd/key',
  './key',
  'key',
] as const;

describe('a file that is opened by another name', () => {
  let folder: string;
  let responses: Response[] = [];

  const opened = () =>
    responses
      .filter(({ rule }) => rule === 'Opened')
      .map(({ output_fields }) => output_fields as Record<'fd.name' | 'fd.nameraw' | 'fd.dev' | 'fd.ino', string>);
  /** The opens between one mark and the next. */
  const since = (mark: number) => {
    const names = opened().map((fields) => fields['fd.name']);
    const next = names.indexOf(`/tmp/mark-${mark + 1}`);
    return opened().slice(names.indexOf(`/tmp/mark-${mark}`) + 1, next === -1 ? undefined : next);
  };

  beforeAll(async () => {
    await buildProbe();
    folder = await mkdtemp(join(tmpdir(), 'packwarden-names-'));
    const program = join(folder, 'names');
    await run('cc', ['-static', '-o', program, join(ROOT, 'test/sensor/event/programs/names.c')]);
    const sensor = await TestSensor.start([await ruleFile(folder, RULES)]);
    try {
      await runContainer(await sandboxImage(), ['/names'], {
        args: ['--network', 'none', '--user', '1000', '--tmpfs', '/tmp:uid=1000'],
        files: { '/names': program },
      });
      responses = await sensor.get();
    } finally {
      await sensor.stop();
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is reported once, with its own path and the name that was written', () => {
    const expected = NAMES.map((name, index) => [
      index === NAMES.length - 1 ? '/tmp/moved/key' : '/tmp/secret/key',
      name,
    ]);
    expect(since(1).map((fields) => [fields['fd.name'], fields['fd.nameraw'].replace(/\d+$/, '')])).toEqual(expected);
  });

  it('has one device and inode by all its names, those of stat(2)', () => {
    const [hard, said] = since(2);
    expect(hard?.['fd.name']).toBe('/tmp/elsewhere/hard');
    expect(said?.['fd.name']).toBe(`/tmp/is-${hard?.['fd.dev']}-${hard?.['fd.ino']}`);
    expect(new Set(since(1).map((fields) => fields['fd.ino']))).toEqual(new Set([hard?.['fd.ino']]));
  });

  it('is shown as /proc/self when it is the process’ own in /proc', () => {
    expect(since(3).map((fields) => fields['fd.name'])).toEqual([
      '/proc/self/environ',
      expect.stringMatching(/^\/proc\/self\/task\/\d+\/maps$/),
    ]);
    expect(responses.filter(({ rule }) => rule === 'Process read')).toEqual([]);
  });
});
