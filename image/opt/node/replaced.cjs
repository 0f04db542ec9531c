// Uses the built-ins that a package replaced, as a program does that has something to hide: with a credential in what it is given. A
// wrapper that only passes on leaves it where it was; one that sends it elsewhere sends a decoy.
'use strict';
const { get } = require('node:http');
const { Agent } = require('node:https');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { answering, quiet } = require('./arguments.cjs');

// As they are before any package has run.
const { apply } = Reflect;
const { stringify } = JSON;
const { env } = process;
const SECRET = env.NPM_TOKEN || env.CI_JOB_TOKEN || 'a';

/** Asked for, it is answered without asking anybody; what is asked by a name or an address may go to the gateway. */
const NOWHERE = 'data:,a';
/** Of its own: Node's usual one asks the gateway for every host. */
const agent = new Agent();
/** What is called: what programs send, and what they read or write down. Others start programs, or write files by the names that they are given. */
const USED =
  /^(?:https?2?|net|tls|crypto|zlib|util|url|querystring|stream|events|buffer)\.|^(?:window\.)?(?:fetch|XMLHttpRequest|WebSocket|Request|Response|Headers|JSON|console|String|Array|Object|Promise|Map|RegExp|URLSearchParams|localStorage|crypto)(?:\.|$)/;

/** @returns {unknown[][]} */
function uses() {
  // Nobody listens there.
  const where = { host: '127.0.0.1', hostname: '127.0.0.1', port: 1, path: '/', protocol: 'https:', method: 'POST' };
  const body = stringify({ username: 'mweber', password: SECRET });
  const headers = { authorization: `Bearer ${SECRET}`, cookie: `session=${SECRET}` };
  const then = () => {};
  return [
    [{ ...where, agent, headers, body }, then],
    [NOWHERE, { headers, body, method: 'POST' }, then],
    [body],
    [SECRET],
  ];
}

/** What programs load that have something to hide. */
const WANTED = ['express', 'pg', 'axios', 'stripe', 'dotenv', 'bcrypt', 'jsonwebtoken', 'react-dom', 'mysql2'];

/**
 * Does what programs do beside a package, so that code that watches the process acts (on a diagnostics channel, in a hook of the loader).
 * @param {string} project
 */
function useUsual(project) {
  const requireThere = createRequire(join(project, 'package.json'));
  for (const name of WANTED) {
    try {
      requireThere(name);
    } catch {
      // It is not installed, or does not load.
    }
  }
  // Nobody listens there.
  settle(get({ host: '127.0.0.1', port: 1, path: '/', agent: false }));
}

/** @param {readonly string[]} names @param {ReadonlyMap<string, unknown>} current */
function useReplaced(names, current) {
  for (const name of names) {
    const callee = current.get(name);
    if (typeof callee !== 'function' || !USED.test(name)) continue;
    for (const given of uses()) {
      try {
        settle(apply(callee, answering(), given));
      } catch {
        // It was used in a way that does not fit.
      }
    }
  }
}

/** Of what was begun nothing is needed. @param {any} begun */
function settle(begun) {
  quiet(begun);
  if (typeof begun?.on === 'function') begun.on('error', () => {});
  if (typeof begun?.end === 'function') begun.end();
}

module.exports = { useReplaced, useUsual };
