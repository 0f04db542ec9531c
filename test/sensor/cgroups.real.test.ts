import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProbe, ruleFile, TestSensor } from './harness.js';

const run = promisify(execFile);

/** The pids controller's folder on cgroup v1, the only one on v2. */
const CGROUPS = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
const ID = 'dead0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab';

/** Names of cgroups, innermost last, and whether they are a Docker container's. */
const NAMES: readonly (readonly [what: string, path: readonly string[], isContainer: boolean])[] = [
  ['cgroupfs driver', [ID], true],
  ['systemd driver', [`docker-${ID}.scope`], true],
  ['a cgroup made inside of a container', [ID, 'inner', 'innermost'], true],
  ['a name that only starts like an id', [`${ID}0`], false],
  ['an id cut short', [ID.slice(1)], false],
  ['no hexadecimal', [ID.replace('e', 'g')], false],
  ['another service', ['packwarden-test-docker-x.scope'], false],
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
      await run('sh', ['-c', 'echo $$ > "$0/cgroup.procs" && exec true "$1"', made.at(-1) as string, what]);
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
    const mine = alerts.filter(({ output_fields }) => output_fields['proc.cmdline'] === `true ${what}`);
    return mine.map(({ output_fields }) => output_fields['container.id']);
  }
});
