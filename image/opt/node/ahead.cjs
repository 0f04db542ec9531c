// Lets code of the process see a later time for a while: a timer that looks how long ago it was set is to find that it was long ago.
'use strict';
const { performance } = require('node:perf_hooks');

const DAYS = 45;
const MS = DAYS * 24 * 3600 * 1000;

// As they are before any package has run.
const { apply, construct, defineProperty, getOwnPropertyDescriptor } = Reflect;
const NativeDate = Date;
const { now } = Date;
const { uptime, hrtime } = process;
const { bigint } = hrtime;
const sinceStart = performance.now;

/** @type {DateConstructor} */
const LaterDate = new Proxy(NativeDate, {
  apply: () => new NativeDate(now() + MS).toString(),
  /** @returns {any} */
  construct: (target, given, as) =>
    construct(target, given.length === 0 ? [now() + MS] : given, as === LaterDate ? target : as),
  get: (target, key) => (key === 'now' ? () => now() + MS : target[/** @type {keyof DateConstructor} */ (key)]),
});

/** What tells the time, by whom, and what it says later. @type {[any, string, unknown][]} */
const CLOCKS = [
  [globalThis, 'Date', LaterDate],
  [process, 'uptime', () => apply(uptime, process, []) + MS / 1000],
  [
    process,
    'hrtime',
    Object.assign((/** @type {any} */ since) => later(since), { bigint: () => bigint() + BigInt(MS) * 1_000_000n }),
  ],
  [performance, 'now', () => apply(sinceStart, performance, []) + MS],
];

/** @param {[number, number] | undefined} since @returns {[number, number]} */
function later(since) {
  const [seconds, rest] = apply(hrtime, process, since === undefined ? [] : [since]);
  return [seconds + MS / 1000, rest];
}

/** Moves the clocks ahead. The returned function puts back those that nobody replaced meanwhile. */
function moveClocks() {
  const before = CLOCKS.map(([owner, name]) => getOwnPropertyDescriptor(owner, name));
  for (const [owner, name, value] of CLOCKS) {
    defineProperty(owner, name, { value, writable: true, configurable: true, enumerable: true });
  }
  return () => {
    for (const [at, [owner, name, value]] of CLOCKS.entries()) {
      if (owner[name] !== value) continue;
      const own = before[at];
      if (own === undefined) delete owner[name];
      else defineProperty(owner, name, own);
    }
  };
}

module.exports = { moveClocks };
