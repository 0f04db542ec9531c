import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProbe, ruleFile, TestSensor } from '../harness.js';

const run = promisify(execFile);

/** Where the tree of cgroups is mounted that has the pids controller: its own on cgroup v1, else the only one of v2. */
function cgroupFolder(): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const all = mounts.map((line) => line.split(' ')).map(([, at = '', type, options = '']) => ({ at, type, options }));
  const v1 = all.find(({ type, options }) => type === 'cgroup' && options.split(',').includes('pids'));
  const found = v1 ?? all.find(({ type }) => type === 'cgroup2');
  if (found === undefined) throw new Error('no cgroups are mounted');
  return found.at;
}

const CGROUPS = cgroupFolder();
/** Of no container, and of no other test that runs on this machine. */
const ID = `dead${randomBytes(30).toString('hex')}`;

/** Tells the program of a row from that of another run of this test. */
const mark = (what: string): string => `${what} ${ID}`;

/** Names of cgroups, innermost last, and whether they are a Docker container's. */
const NAMES: readonly (readonly [what: string, path: readonly string[], isContainer: boolean])[] = [
  ['cgroupfs driver', [ID], true],
  ['systemd driver', [`docker-${ID}.scope`], true],
  ['a cgroup made inside of a container', [ID, 'inner', 'innermost'], true],
  ['a name that only starts like an id', [`${ID}0`], false],
  ['an id cut short', [ID.slice(1)], false],
  ['no hexadecimal', [ID.replace('e', 'g')], false],
  ['another service', [`packwarden-test-docker-${ID.slice(0, 12)}.scope`], false],
];

describe('a process belongs to the container that its cgroup names', () => {
  let folder: string;
  let sensor: TestSensor;

  beforeAll(async () => {
    await buildProbe();
    folder = await mkdtemp(join(tmpdir(), 'packwarden-cgroups-'));
    const rules =
      '- rule: R\n  desc: d\n  condition: evt.type = execve and proc.name = true\n  output: "%proc.cmdline"\n  priority: DEBUG\n';
    sensor = await TestSensor.start([await ruleFile(folder, rules)]);
  });
  afterAll(async () => {
    await sensor?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(NAMES)('%s', async (what, path, isContainer) => {
    const made: string[] = [];
    try {
      for (const name of path) {
        made.push(join(made.at(-1) ?? CGROUPS, name));
        await mkdir(made.at(-1) as string);
      }
      await run('sh', ['-c', 'echo $$ > "$0/cgroup.procs" && exec true "$1"', made.at(-1) as string, mark(what)]);
      await expect
        .poll(() => seen(what), { timeout: isContainer ? 10_000 : 500 })
        .toEqual(isContainer ? [ID.slice(0, 12)] : []);
    } finally {
      for (const each of made.reverse()) await rmdir(each);
    }
  });

  const alerts: { readonly output_fields: Readonly<Record<string, string>> }[] = [];

  async function seen(what: string): Promise<(string | undefined)[]> {
    alerts.push(...(await sensor.get()));
    const mine = alerts.filter(({ output_fields }) => output_fields['proc.cmdline'] === `true ${mark(what)}`);
    return mine.map(({ output_fields }) => output_fields['container.id']);
  }
});
