// Loads packages, many to a process: `node load-together.mjs PROJECT STUCK_SECONDS LINGER_SECONDS BUDGET_SECONDS RUNTIME LOADER`, with
// the groups on standard input: [[{"folder"}…]…]. Standard output is only for the worker: one JSON object per package that was loaded to its
// end, `{"group", "at", "error"}`, as `src/sandbox/packages/group-results.ts` reads them. A package that ends the process, or blocks it, is skipped
// without a result, and the rest of its group goes on in a new process.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const AT_ONCE = 2;
const MAX_LINE = 4096;
/** So few are loaded alone sooner than they are halved. */
const FEW = 8;

process.on('SIGUSR1', () => {});

const [project = '', stuckSeconds = '', lingerSeconds = '', budgetSeconds = '', runtime = '', loader = ''] =
  process.argv.slice(2);
const started = Date.now();
/** @type {{folder: string}[][]} */
const groups = JSON.parse(readFileSync(0, 'utf8'));

/** @typedef {{at: number, folder: string}} Member */

/** @typedef {{ended: Map<number, string | null>, isComplete: boolean}} Ended */

/**
 * Loads packages in one process until its end, or until it is silent for too long. Resolves with the packages that were loaded to their end, and
 * whether the process ended by itself.
 * @param {number} group @param {Member[]} members @returns {Promise<Ended>}
 */
function runOnce(group, members) {
  /** @type {Map<number, string | null>} */
  const ended = new Map();
  let isComplete = false;
  const tell = (/** @type {number} */ at, /** @type {string | null} */ error) => {
    if (at === -1) isComplete = true;
    else if (members.some((member) => member.at === at)) ended.set(at, error);
  };
  return /** @type {Promise<Ended>} */ (
    new Promise((resolve) => {
      const lingerMs = String(Number(lingerSeconds) * 1000);
      const child = spawn(runtime, [loader, String(group), project, lingerMs], {
        cwd: project,
        stdio: ['pipe', 2, 2, 'pipe'],
      });
      const stuckMs = Number(stuckSeconds) * 1000;
      const kill = () => child.kill('SIGKILL');
      let timer = setTimeout(kill, stuckMs);
      let rest = '';
      const channel = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
      channel.setEncoding('utf8');
      channel.on('data', (text) => {
        clearTimeout(timer);
        timer = setTimeout(kill, stuckMs);
        const lines = (rest + text).split('\n');
        rest = (lines.pop() ?? '').slice(0, MAX_LINE);
        for (const line of lines) read(line, tell);
      });
      channel.on('error', () => {});
      child.stdin?.on('error', () => {});
      child.stdin?.end(JSON.stringify(members));
      const done = () => {
        clearTimeout(timer);
        channel.destroy();
        resolve({ ended, isComplete });
      };
      child.on('error', done);
      // Whatever it left behind may hold the pipe open; what it wrote itself is in the pipe by now.
      child.on('exit', () => setTimeout(done, 20));
    })
  );
}

/** @param {string} line @param {(at: number, error: string | null) => void} tell */
function read(line, tell) {
  try {
    const { at, error } = JSON.parse(line);
    if (Number.isInteger(at) && (error === null || typeof error === 'string')) tell(at, error);
  } catch {
    // Not written by the loader.
  }
}

/**
 * Loads a group. A package that blocks the process is skipped, and the rest continues in a new process.
 * @param {number} group
 */
async function loadGroup(group) {
  /** @type {Member[]} */
  const members = (groups[group] ?? []).map(({ folder }, at) => ({ at, folder }));
  let left = members;
  /** @type {Set<number>} */
  const cutOff = new Set();
  while (left.length > 0 && hasTime()) {
    const { ended, isComplete } = await runOnce(group, left);
    if (isComplete) {
      print(group, ended);
      break;
    }
    for (const at of ended.keys()) cutOff.add(at);
    // The first package that did not end blocked the others.
    const stuck = left.find(({ at }) => !ended.has(at));
    left = left.filter((member) => !ended.has(member.at) && member !== stuck);
  }
  await bisect(
    group,
    members.filter(({ at }) => cutOff.has(at)),
  );
}

/**
 * If a package ended the process, the packages loaded before it may not have shown everything: they are loaded once more without the one that blocked
 * it then. If one of them ends that process too (with something that it started before), it is found by halving the group, and the
 * last few have no result.
 * @param {number} group @param {Member[]} members @returns {Promise<void>}
 */
async function bisect(group, members) {
  if (members.length === 0 || !hasTime()) return;
  const { ended, isComplete } = await runOnce(group, members);
  if (isComplete) return print(group, ended);
  if (members.length <= FEW) return;
  const middle = Math.ceil(members.length / 2);
  await bisect(group, members.slice(0, middle));
  await bisect(group, members.slice(middle));
}

/** @param {number} group @param {Map<number, string | null>} ended */
function print(group, ended) {
  for (const [at, error] of ended) {
    process.stdout.write(`${JSON.stringify({ group, at, error: error?.slice(0, 300) ?? null })}\n`);
  }
}

const hasTime = () => Date.now() - started < Number(budgetSeconds) * 1000;
const waiting = groups.map((_members, group) => group);
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) await loadGroup(group);
  }),
);
