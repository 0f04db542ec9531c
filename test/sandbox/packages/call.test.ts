import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const OPT = fileURLToPath(new URL('../../../image/opt', import.meta.url));
/** What a payload does here: it leaves a file. */
const ACT = "require('node:fs').writeFileSync(process.env.MARK, '')";
const HOOK = 'const r = window.ethereum.request; window.ethereum.request = (q) => r({ ...q, to: 0 });';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'calls-'));
  cpSync(OPT, join(folder, 'opt'), { recursive: true });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A package's files by their names; `package.json` holds what is beside name and version. */
type Files = Readonly<Record<string, string | object>>;

interface Called {
  readonly acted: boolean;
  readonly told: readonly string[];
}

function called(files: Files): Called {
  const project = mkdtempSync(join(folder, 'project-'));
  const place = join(project, 'node_modules/odd');
  const all: Files = {
    ...files,
    'package.json': { name: 'odd', version: '1.0.0', ...(files['package.json'] as object) },
  };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(place, name)), { recursive: true });
    writeFileSync(join(place, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const mark = join(project, 'mark');
  const args = [join(folder, 'opt/node/call.cjs'), 'odd', project, '1'];
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as const;
  const { output } = spawnSync('node', args, { cwd: project, env: { ...process.env, MARK: mark }, stdio: [...stdio] });
  const told = String(output[3])
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { entry: string }).entry);
  return { acted: existsSync(mark), told };
}

const many = (count: number): string =>
  Array.from({ length: count }, (_, at) => `exports.f${at} = () => ${at};`).join('\n');
const SLOW = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);';

describe('what a package exports is called', () => {
  it.each<[string, Files]>([
    ['a function', { 'index.js': `exports.f = () => { ${ACT}; };` }],
    ['what a function returns', { 'index.js': `module.exports = (o) => (req, res, next) => { ${ACT}; next(); };` }],
    ['what that returns', { 'index.js': `module.exports = () => () => () => { ${ACT}; };` }],
    ['a hook of what a promise brings', { 'index.js': `module.exports = async () => ({ transform() { ${ACT}; } });` }],
    [
      'a hook of Vite alone',
      { 'index.js': `module.exports = () => ({ name: 'x', transformIndexHtml() { ${ACT}; } });` },
    ],
    ['a hook that ends a build', { 'index.js': `module.exports = () => ({ name: 'x', closeBundle() { ${ACT}; } });` }],
    [
      'a hook with an order',
      { 'index.js': `module.exports = () => ({ transform: { order: 'pre', handler() { ${ACT}; } } });` },
    ],
    ['a listener that waits for the end', { 'index.js': `process.on('beforeExit', () => { ${ACT}; });` }],
    [
      'a listener of who is made by another program',
      { 'index.js': '', 'child.js': `if (process.send) process.on('message', () => { ${ACT}; });` },
    ],
    [
      'what is for a thread',
      {
        'index.js': '',
        'worker.js': `const t = require('worker_threads'); if (!t.isMainThread) t.parentPort.on('message', () => { ${ACT}; });`,
      },
    ],
    [
      'who listens to what the process asks for',
      {
        'index.js': `require('diagnostics_channel').subscribe('http.client.request.start', () => { ${ACT}; });`,
      },
    ],
    [
      'a timer that looks at a clock',
      {
        'index.js': `const since = process.uptime();
setInterval(() => { if (process.uptime() - since > 3600) { ${ACT}; } }, 60_000).unref();`,
      },
    ],
    ['a static method', { 'index.js': `module.exports = class { static connect() { ${ACT}; } };` }],
    ['what is not enumerable', { 'index.js': `Object.defineProperty(exports, 'run', { value() { ${ACT}; } });` }],
    ['what has a symbol for its name', { 'index.js': `exports[Symbol.for('run')] = () => { ${ACT}; };` }],
    ['what comes after sixty others', { 'index.js': `${many(60)}\nexports.z = () => { ${ACT}; };` }],
    [
      'what comes after one that is slow',
      { 'index.js': `exports.a = () => { ${SLOW} };\nexports.z = () => { ${ACT}; };` },
    ],
    [
      'what comes after one that asks without end',
      {
        'index.js': `exports.a = (r) => { while (r && r.exec() !== null); };\nexports.z = (o) => { if (o?.x) { ${ACT}; } };`,
      },
    ],
    [
      'what comes after one that ends the process',
      { 'index.js': `exports.a = () => process.exit();\nexports.z = () => { ${ACT}; };` },
    ],
  ])('%s', (_what, files) => {
    expect(called(files).acted).toBe(true);
  });

  it('but not what is Node’s own', () => {
    const { told } = called({ 'index.js': 'module.exports = { exit: process.reallyExit, kill: process };' });
    expect(told).toEqual(['.']);
  });

  it('and it is said how many were not', () => {
    const { told } = called({ 'index.js': `for (let i = 0; i < 20; i += 1) exports['f' + i] = () => { ${SLOW} };` });
    expect(told).toContainEqual(expect.stringMatching(/^unreached \d+ functions$/));
  });
});

describe('a package’s files are loaded as bundlers, or who knows their names, would', () => {
  const odd = { 'index.js': '', 'odd.js': `${ACT};`, 'lib/odd.js': `${ACT};` };
  const esm = { 'odd.mjs': "import { writeFileSync } from 'node:fs'; writeFileSync(process.env.MARK, '');" };
  it.each<[string, Files]>([
    ['browser', { ...odd, 'package.json': { browser: './odd.js' } }],
    [
      'browser for one file',
      { ...odd, 'package.json': { exports: './index.js', browser: { './index.js': './odd.js' } } },
    ],
    ['module', { ...odd, ...esm, 'package.json': { exports: { '.': './index.js' }, module: 'odd.mjs' } }],
    [
      'a condition',
      { ...odd, 'package.json': { exports: { '.': { production: './odd.js', default: './index.js' } } } },
    ],
    [
      'a condition in a condition',
      { ...odd, 'package.json': { exports: { browser: { import: './odd.js' }, default: './index.js' } } },
    ],
    ['a pattern', { ...odd, 'odd.js': '', 'package.json': { exports: { '.': './index.js', './*': './lib/*.js' } } }],
    ['a file’s own name, where nothing is said of exports', { ...odd, 'lib/odd.js': '' }],
    ['a program, be it no command', { 'index.js': '', 'odd.js': `#!/usr/bin/env node\n${ACT};` }],
    [
      'a program of who has fixed the arguments',
      { 'index.js': 'Object.freeze(process.argv); Object.freeze(process);', 'odd.js': `#!/bin/node\n${ACT};` },
    ],
  ])('%s', (_what, files) => {
    expect(called(files).acted).toBe(true);
  });

  it.each<[string, Files]>([
    ['what exports keep to the package', { ...odd, 'package.json': { exports: './index.js' } }],
    [
      'what an install ran',
      { 'index.js': '', 'odd.js': `${ACT};`, 'package.json': { scripts: { install: 'node odd.js' } } },
    ],
    ['what tests it', { 'index.js': '', 'test.js': `${ACT};`, 'odd.config.js': `${ACT};` }],
    [
      'the work of a program that is asked for help (claude-code 2.1)',
      { 'index.js': '', 'odd.cjs': `#!/usr/bin/env node\nif (process.argv[2] !== '--help') { ${ACT}; }` },
    ],
    ['what lies outside of it', { 'index.js': '', 'package.json': { browser: '../../outside.js' } }],
  ])('but not %s', (_what, files) => {
    expect(called(files).acted).toBe(false);
  });
});

describe('a built-in that is replaced is used with a secret in what it is given', () => {
  it.each<[string, string]>([
    [
      'https.request',
      "const { request } = require('https'); require('https').request = (o, ...rest) => { if (/Bearer/.test(o?.headers?.authorization)) { ACT; } return request(o, ...rest); };",
    ],
    [
      'fetch',
      'const ask = fetch; globalThis.fetch = (u, o) => { if (o?.headers?.cookie) { ACT; } return ask(u, o); };',
    ],
    [
      'JSON.stringify',
      'const { parse } = JSON; JSON.parse = (t) => { const v = parse(t); if (v?.password) { ACT; } return v; };',
    ],
    [
      'one that is replaced by a function',
      "exports.patch = () => { require('http').get = (o) => { if (o?.headers) { ACT; } }; };",
    ],
  ])('%s', (_what, code) => {
    expect(called({ 'index.js': code.replace('ACT', ACT) }).acted).toBe(true);
  });
});

describe('a wallet that is hooked', () => {
  it.each<[string, string]>([
    ['at once', HOOK],
    ['by a timer', `setTimeout(() => { ${HOOK} }, 60_000);`],
    ['when the page is there', `window.addEventListener('load', () => { ${HOOK} });`],
    ['when the document is', `document.addEventListener('DOMContentLoaded', () => { ${HOOK} });`],
    ['by a handler', `window.onload = () => { ${HOOK} };`],
    ['by a listener that is an object', `window.addEventListener('message', { handleEvent() { ${HOOK} } });`],
    ['when a function is called', `exports.init = () => { ${HOOK} };`],
    [
      'after many others',
      `for (const k of Object.keys(require('fs'))) try { require('fs')[k] = () => {}; } catch {}\n${HOOK}`,
    ],
  ])('%s', (_when, code) => {
    expect(called({ 'index.js': code }).told).toContain('replaced ethereum.request');
  });

  it.each<[string, string]>([
    ['Response.prototype.json', 'Response.prototype.json = function () {};'],
    ['http2.connect', "require('http2').connect = () => {};"],
    ['String.prototype.replace', 'String.prototype.replace = function () {};'],
    ['localStorage.setItem', 'localStorage.setItem = () => {};'],
    ['document.addEventListener', 'document.addEventListener = () => {};'],
    ['solana.signTransaction', 'solana.signTransaction = () => {};'],
    ['navigator.clipboard.writeText', 'navigator.clipboard.writeText = () => {};'],
    ['http.OutgoingMessage.prototype.write', "require('http').OutgoingMessage.prototype.write = () => {};"],
  ])('is told as %s', (name, code) => {
    expect(called({ 'index.js': code }).told).toContain(`replaced ${name}`);
  });

  it.each<[string, string]>([
    ['a polyfill that adds', 'Array.prototype.odd = () => {}; globalThis.Odd = class {};'],
    [
      'a package that takes what Node makes when it is asked',
      "Object.values(require('util')); Object.values(require('buffer')); Object.values(require('crypto'));",
    ],
    ['a package that uses what is there', "require('http').get; new Map(); JSON.parse('{}'); setTimeout(() => {}, 1);"],
  ])('is none: %s', (_what, code) => {
    expect(called({ 'index.js': code }).told).toEqual(['.']);
  });

  it('is none where a wallet puts itself into a page when it is asked to', () => {
    const { told } = called({ 'index.js': 'exports.inject = () => { window.ethereum = { request() {} }; };' });
    expect(told).toEqual(['replaced ethereum (when called)', '.']);
  });
});
