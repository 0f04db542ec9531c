import { expect, it } from 'vitest';
import { Comparison } from '../../../src/jobs/phases/comparison.js';
import type { SandboxRun } from '../../../src/jobs/ports.js';
import type { Snapshot } from '../../../src/report/changes/snapshot.js';
import type { RunningProcess } from '../../../src/report/phase.js';
import { PROJECT, pkg } from '../../report/evidence.js';

const DAEMON: RunningProcess = { pid: 7, cmdline: 'node left.js' };
/** Nothing here is about what files contain. */
const NO_SEARCH = { look: async (): Promise<void> => undefined };
const FILE = `${PROJECT}/node_modules/other/index.js`;

const STATE = { type: 'f', inode: '1', links: '1', size: '1', modified: '1', changed: '1', mode: '644', target: '' };

/** A sandbox whose file differs at each look, and in which `running` says what runs at each look. */
function sandbox(running: readonly (readonly RunningProcess[])[]): Pick<SandboxRun, 'snapshot' | 'linger'> {
  let [looks, asked] = [0, 0];
  return {
    snapshot: async (): Promise<Snapshot> => new Map([[FILE, { ...STATE, changed: String(looks++) }]]),
    linger: async () => running[asked++] ?? [],
  };
}

async function changersOf(running: readonly (readonly RunningProcess[])[]): Promise<readonly (string | null)[]> {
  const comparison = new Comparison({ now: () => 0 } as ConstructorParameters<typeof Comparison>[0], NO_SEARCH);
  const run = sandbox(running) as SandboxRun;
  await comparison.start(run);
  for (const name of ['evil', 'honest']) {
    await comparison.scripts(run, pkg(`node_modules/${name}`), async () => undefined);
  }
  return comparison.result().changes.map(({ by }) => by?.split('/').at(-1) ?? null);
}

it('a change is nobody’s where something that an earlier package left ran before or after the scripts', async () => {
  expect(await changersOf([[], [], []])).toEqual(['evil', 'honest']);
  expect(await changersOf([[], [DAEMON]])).toEqual(['evil', null]);
  expect(await changersOf([[], [], [DAEMON]])).toEqual(['evil', null]);
});

it('a file that a script linked is linked again if the step is unknown, and changed for another package', async () => {
  const other = `${PROJECT}/node_modules/evil/program`;
  const linked = { ...STATE, links: '2' };
  const looks: readonly Snapshot[] = [
    new Map([[FILE, STATE]]),
    ...['2', '3', '4'].map(
      (changed) =>
        new Map([
          [FILE, { ...linked, changed }],
          [other, linked],
        ]),
    ),
  ];
  const running = [[], [], [DAEMON], [], []];
  let [look, asked] = [0, 0];
  const run: Pick<SandboxRun, 'snapshot' | 'linger'> = {
    snapshot: async () => looks[look++] ?? new Map(),
    linger: async () => running[asked++] ?? [],
  };
  const comparison = new Comparison({ now: () => 0 } as ConstructorParameters<typeof Comparison>[0], NO_SEARCH);
  await comparison.start(run as SandboxRun);
  for (const name of ['evil', 'evil', 'honest']) {
    await comparison.scripts(run as SandboxRun, pkg(`node_modules/${name}`), async () => undefined);
  }
  const ofFile = comparison.result().changes.filter(({ path }) => path === FILE);
  expect(ofFile.map(({ kind, by }) => [kind, by?.split('/').at(-1) ?? null])).toEqual([
    ['linked', 'evil'],
    ['linked', null],
    ['changed', 'honest'],
  ]);
});
