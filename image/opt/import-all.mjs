// Loads each direct dependency in a process of its own: `node import-all.mjs PROJECT SECONDS_EACH`. A dependency that
// can't be loaded is said and passed over: many honest ones (types, command line tools) can't. Always exit code 0.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const LOADER = '/opt/packwarden/load.cjs';
const AT_ONCE = 2;
const SECTIONS = ['dependencies', 'optionalDependencies', 'devDependencies'];

const [project, secondsEach] = process.argv.slice(2);

function directDependencies() {
  const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8').replace(/^\uFEFF/, ''));
  const sections = SECTIONS.map((name) => manifest[name]).filter((section) => section !== null && typeof section === 'object');
  return [...new Set(sections.flatMap((section) => Object.keys(section)))];
}

function describe(code, signal, timedOut) {
  if (timedOut) return `stopped after ${secondsEach} s`;
  if (signal !== null) return `killed by ${signal}`;
  return code === 0 ? 'loaded' : `could not be loaded (exit code ${code})`;
}

function load(name) {
  return new Promise((resolve) => {
    const child = spawn('node', [LOADER, name, project], { cwd: project, stdio: ['ignore', 'inherit', 'inherit'] });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, Number(secondsEach) * 1000);
    const done = (line) => {
      clearTimeout(timer);
      console.log(`[packwarden] ${name}: ${line}`);
      resolve();
    };
    child.on('error', (error) => done(`could not be started (${error.message})`));
    child.on('exit', (code, signal) => done(describe(code, signal, timedOut)));
  });
}

const waiting = directDependencies();
async function work() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await load(name);
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
