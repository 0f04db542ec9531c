import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.js';
import { reportOf, submit, untilState } from '../../support/client.js';
import { sandboxesOf } from '../../support/own-sandboxes.js';
import { type RunningService, runningService } from '../../support/running-service.js';
import { eventually } from '../../support/service-process.js';
import { packProject, projectWithScript } from '../../support/tarballs.js';

const MIB = 1024 ** 2;
const SETTINGS = {
  PACKWARDEN_IMPORT_TIMEOUT_S: '20',
  PACKWARDEN_MEMORY_BYTES: String(1024 * MIB),
  PACKWARDEN_HOME_BYTES: String(512 * MIB),
  PACKWARDEN_TMP_BYTES: String(64 * MIB),
  // The install is what misbehaves: it need not do so in each later pass as well.
  PACKWARDEN_DEPTH: 'quick',
};
const REPORT_MS = 170_000;
const EMPTY = { 'package.json': { name: 'empty', version: '1.0.0' } };

async function detonate(service: RunningService, tarball: Buffer): Promise<Report> {
  return reportOf(service.url, await submit(service.url, tarball), REPORT_MS);
}

async function caughtUp(service: RunningService): Promise<void> {
  await eventually('the sensor has caught up', 90_000, async () => {
    const { verdict } = await detonate(service, await packProject(EMPTY));
    return verdict === 'clean' || undefined;
  });
}

const MEMORY_HOG = `
const hog = 'const held = []; for (;;) held.push(Buffer.alloc(64e6, 1))';
const { signal } = require('child_process').spawnSync(process.execPath, ['-e', hog]);
if (signal !== 'SIGKILL') process.exit(1);
`;
const FILE_MAKER = `
const fs = require('fs');
fs.mkdirSync('many');
let refused;
try { for (let i = 0; i < 1e6; i++) fs.closeSync(fs.openSync('many/' + i, 'w')); } catch (error) { refused = error.code; }
fs.rmSync('many', { recursive: true });
if (refused !== 'ENOSPC') process.exit(1);
`;
const DAEMON = `
const inner = 'trap : TERM INT HUP; while :; do sleep 600 & wait; done';
const outer = 'setsid sh -c "$INNER" > /dev/null 2>&1 < /dev/null &';
require('child_process').spawnSync('sh', ['-c', outer], { env: { ...process.env, INNER: inner } });
`;

/** What an install does, its script, the verdict that is right, and the reason that must be there. */
type Row = readonly [string, string, string, string | null];

const ENDLESS: readonly Row[] = [
  ['hangs past its deadline', 'setInterval(() => {}, 1000);', 'incomplete', 'install-timeout'],
  [
    'ignores SIGTERM and hangs',
    "process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); setInterval(() => {}, 1000);",
    'incomplete',
    'install-timeout',
  ],
];

const ENDING: readonly Row[] = [
  ['fails', 'process.exit(3);', 'incomplete', 'install-failed'],
  [
    'fills the disk',
    "const fs=require('fs');const b=Buffer.alloc(1<<24);try{for(;;)fs.appendFileSync('big',b)}catch(e){fs.rmSync('big')}",
    'clean',
    null,
  ],
  ['prints 100 MB', "const b='x'.repeat(1<<20);for(let i=0;i<100;i++)require('fs').writeSync(1,b);", 'clean', null],
  ['takes all memory', MEMORY_HOG, 'clean', null],
  // Who wrote what is kept for so many files only; beyond them the run is incomplete.
  ['makes a million files', FILE_MAKER, 'incomplete', 'alerts-overflowed'],
  // It left the install's session, which is a finding.
  ['leaves a daemon that forked twice and ignores SIGTERM', DAEMON, 'findings', null],
  [
    'leaves a daemon behind',
    "require('child_process').spawn('sleep',['600'],{detached:true,stdio:'ignore'}).unref();",
    'findings',
    null,
  ],
];

async function check(service: RunningService, [, script, verdict, reason]: Row): Promise<void> {
  const report = await detonate(service, await projectWithScript(script));
  expect(report.verdict, JSON.stringify(report.incomplete)).toBe(verdict);
  if (reason !== null) expect(report.incomplete.map(({ code }) => code)).toContain(reason);
  expect(report.log.length).toBeLessThanOrEqual(64 * 1024);
  // Alerts of a flood may still be on their way, and those of the next job wait behind them.
  if (reason === 'alerts-overflowed') await caughtUp(service);
}

function leavesNothing(service: RunningService): void {
  it('leaves nothing behind', async () => {
    await eventually('nothing is left', 20_000, () => {
      return sandboxesOf(service.dataPath).length === 0 || undefined;
    });
  });
}

describe('an install that would never end is ended at its deadline', () => {
  const service = runningService({ ...SETTINGS, PACKWARDEN_INSTALL_TIMEOUT_S: '12' });

  it.each(ENDLESS)('%s', async (...row) => check(service, row));

  it('forks without end: is never clean, and the next job is not slowed', async () => {
    const report = await detonate(
      service,
      await projectWithScript("require('child_process').execSync(':(){ :|:& };:', { shell: '/bin/bash' });"),
    );
    expect(report.verdict).not.toBe('clean');
    const started = Date.now();
    const next = await detonate(service, await packProject(EMPTY));
    expect(next.verdict).toBe('clean');
    expect(Date.now() - started).toBeLessThan(30_000);
  });

  it('is cancelled on request', async () => {
    const id = await submit(service.url, await projectWithScript('setInterval(() => {}, 1000);'));
    await untilState(service.url, id, ['installing']);
    expect((await fetch(`${service.url}/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(202);
    const report = await reportOf(service.url, id, 10_000);
    expect(report.incomplete.map(({ code }) => code)).toContain('cancelled');
  });

  leavesNothing(service);
});

// They end by themselves, on a busy machine later: their deadline is not what is tested.
describe('an install that misbehaves and ends has its verdict', () => {
  const service = runningService({ ...SETTINGS, PACKWARDEN_INSTALL_TIMEOUT_S: '120' });

  it.each(ENDING)('%s', async (...row) => check(service, row));

  leavesNothing(service);
});
