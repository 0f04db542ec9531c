import { expect, it } from 'vitest';
import { SecretWatch } from '../../../src/jobs/phases/secret-watch.js';
import type { SandboxRun } from '../../../src/jobs/ports.js';
import { ProjectWrites, WRITE_RULE } from '../../../src/report/evidence/project-writes.js';
import { alertAt, PROJECT } from '../../report/evidence.js';

const SECRET = { secret: 'CI variable NPM_TOKEN', encoding: 'plain' };
const OUTPUT = `${PROJECT}/dist/app.js`;
const CACHE = '/home/ci/.cache/evil/x';

/** A sandbox in which the files of `holding` hold the secret, and that remembers what was searched. */
function sandbox(holding: Set<string>, changed: ReadonlySet<string> = new Set()) {
  const searches: string[][] = [];
  const searchFiles: SandboxRun['searchFiles'] = async (paths) => {
    searches.push([...paths]);
    return {
      found: paths.filter((path) => holding.has(path)).map((path) => ({ path, ...SECRET })),
      unsearched: 0,
      unreadable: paths.filter((path) => path.endsWith('/locked')),
    };
  };
  const changedSince: SandboxRun['changedSince'] = async (times) =>
    [...times.keys()].filter((path) => changed.has(path));
  return { run: { searchFiles, changedSince } as SandboxRun, searches };
}

function wrote(writes: ProjectWrites, path: string, pid = 1): void {
  writes.add(alertAt(1, WRITE_RULE, { 'evt.type': 'openat', 'fd.name': path, 'proc.pid': String(pid) }));
}

it('searches what changed, and what was written where files are not compared, each once', async () => {
  const writes = new ProjectWrites();
  const { run, searches } = sandbox(new Set());
  const watch = new SecretWatch(writes, { now: () => 1 });
  await watch.look(run, [], null);
  wrote(writes, CACHE);
  await watch.look(run, [OUTPUT], null);
  await watch.look(run, [], null);
  expect(searches).toEqual([[OUTPUT, CACHE]]);
});

it('at the end searches once more what is not compared and has changed: a process may have gone on writing to it', async () => {
  const writes = new ProjectWrites();
  const holding = new Set<string>();
  const { run, searches } = sandbox(holding, new Set([CACHE, OUTPUT]));
  const watch = new SecretWatch(writes, { now: () => 1 });
  for (const path of [CACHE, '/tmp/x', OUTPUT, `${PROJECT}/node_modules/.cache/x/y`]) wrote(writes, path);
  await watch.look(run, [], null);
  holding.add(CACHE);
  await watch.lookAgain(run);
  expect(searches.at(-1)).toEqual([CACHE]);
  expect(watch.kept.map(({ path }) => path)).toEqual([CACHE]);
});

it('remembers which files can not be read', async () => {
  const { run } = sandbox(new Set());
  const watch = new SecretWatch(new ProjectWrites(), { now: () => 5 });
  await watch.look(run, [`${PROJECT}/locked`], '/first');
  await watch.look(run, [`${PROJECT}/locked`], '/second');
  expect(watch.unreadable).toEqual([{ path: `${PROJECT}/locked`, by: '/first', since: 0, at: 5 }]);
});

it('tells in whose step a file came to hold a secret, and since when', async () => {
  let now = 10;
  const holding = new Set<string>();
  const { run } = sandbox(holding);
  const watch = new SecretWatch(new ProjectWrites(), { now: () => now });
  await watch.look(run, [OUTPUT], '/first');
  holding.add(OUTPUT);
  now = 20;
  await watch.look(run, [OUTPUT], '/second');
  now = 30;
  await watch.look(run, [OUTPUT], '/third');
  expect(watch.kept).toEqual([{ path: OUTPUT, ...SECRET, by: '/second', since: 10, at: 20 }]);
});
