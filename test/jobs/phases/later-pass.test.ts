import { describe, expect, it } from 'vitest';
import type { InstalledPackage } from '../../../src/ecosystems/installed-package.js';
import { DEPTH_SETTINGS } from '../../../src/jobs/phases/depth.js';
import { passLater } from '../../../src/jobs/phases/later-pass.js';
import type { SandboxRun, StepResult } from '../../../src/jobs/ports.js';
import { LoadMarks } from '../../../src/report/evidence/load-groups.js';
import type { Guise } from '../../../src/report/guise.js';
import type { ScriptStep } from '../../../src/report/phase.js';
import { specOf } from '../../../src/report/spec.js';
import { installedPackage } from '../../ecosystems/installed-package.js';

const OK = { command: '', exitCode: 0, timedOut: false, durationMs: 0, log: '', logBytes: 0 };
const BOTH = 'github +45';
const SINGLES = ['github +0', 'gitlab +45', 'none +0', 'other +0'];

const nameOf = ({ ci, aheadDays }: Guise): string => `${ci} +${aheadDays}`;
const dep = (name: string): InstalledPackage => installedPackage(`node_modules/${name}`, { scripts: ['postinstall'] });
const stepOf = (pkg: InstalledPackage, more: Partial<ScriptStep> = {}): ScriptStep => ({
  package: specOf(pkg),
  path: pkg.path,
  scripts: ['postinstall'],
  exitCode: 0,
  timedOut: false,
  durationMs: 100,
  ...more,
});

/** What runs in which guise, with a clock that only scripts and loads move. */
async function passOf(
  steps: Readonly<Record<string, Partial<ScriptStep>>>,
  { timeoutMs = 60_000, takesMs = 10, onlyLater = [] as readonly string[], hasLostAlerts = false } = {},
) {
  let now = 1_000_000;
  const ran: string[] = [];
  const loads: string[] = [];
  const withScripts = Object.keys(steps).map(dep);
  const going = (into: string[], what: string): StepResult => {
    into.push(what);
    now += takesMs;
    return OK;
  };
  const run = {
    loadTogether: async (_ms: number, _packages: unknown, guise?: Guise) => {
      going(loads, `together ${guise ? nameOf(guise) : ''}`);
      return null;
    },
    importAll: async (_ms: number, _packages: unknown, folders?: ReadonlySet<string>, guise?: Guise) => {
      const step = going(loads, `${[...(folders ?? [])].join()} ${guise ? nameOf(guise) : ''}`);
      return { ...step, loaded: [], worked: new Set<string>(), problem: null, withoutResult: [] };
    },
  } satisfies Partial<SandboxRun> as Partial<SandboxRun> as SandboxRun;
  const { phase } = await passLater(run, {
    packages: [dep('p'), dep('q')],
    clock: { now: () => now },
    timeoutMs,
    marks: new LoadMarks(),
    limited: (_what, _ms, work) => work,
    alertsArrived: async () => {},
    unrepeated: () => [],
    withScripts,
    steps: withScripts.map((pkg) => stepOf(pkg, steps[pkg.name])),
    guise: DEPTH_SETTINGS.standard.later,
    runScripts: async ({ name }, _ms, guise) => going(ran, `${name} ${nameOf(guise)}`),
    onlyLater: () => onlyLater,
    hasLostAlerts,
  });
  return { phase, ran, loads };
}

describe('the later pass', () => {
  it('runs scripts with both changed, and with one changed at a time', async () => {
    const { ran } = await passOf({ a: {} });
    expect(ran).toEqual([BOTH, ...SINGLES].map((guise) => `a ${guise}`));
  });

  it('runs those that failed soon, too: an optional one may fail on purpose', async () => {
    const { ran, phase } = await passOf({ a: { exitCode: 1 } });
    expect(ran).toHaveLength(1 + SINGLES.length);
    expect(phase.notRepeated).toBeUndefined();
  });

  it.each<[string, Partial<ScriptStep>, string]>([
    ['took long', { durationMs: 9_000 }, 'they took 9.0 s'],
    ['were stopped', { timedOut: true, exitCode: null }, 'they were stopped at their deadline'],
  ])('says which scripts do not run again: those that %s', async (_why, step, why) => {
    const { ran, phase } = await passOf({ a: step });
    expect(ran).toEqual([]);
    expect(phase.notRepeated).toEqual([{ package: 'a@1.0.0', path: 'node_modules/a', why }]);
  });

  it('runs none again where alerts were lost: one of them may have flooded the sensor', async () => {
    const { ran, phase } = await passOf({ a: {} }, { hasLostAlerts: true });
    expect(ran).toEqual([]);
    expect(phase.notRepeated?.map(({ why }) => why)).toEqual(['alerts were lost in the first pass']);
  });

  it('says which there was no time for', async () => {
    const { phase } = await passOf({ a: {}, b: {} }, { timeoutMs: 15, takesMs: 15 });
    expect(phase.notRepeated?.map(({ package: spec, why }) => `${spec}: ${why}`)).toEqual([
      'a@1.0.0: there was no time left to run them on github, and on gitlab 45 days ahead, and outside of CI, and on other CI systems',
      'b@1.0.0: there was no time left',
    ]);
  });

  it('says in which guise there was no time for one', async () => {
    const { phase } = await passOf({ a: {} }, { timeoutMs: 80, takesMs: 20 });
    expect(phase.notRepeated?.map(({ why }) => why)).toEqual([
      'there was no time left to run them outside of CI, and on other CI systems',
    ]);
  });

  it('lets those that showed something go first with one thing changed', async () => {
    const { ran } = await passOf({ a: {}, b: {} }, { onlyLater: [dep('b').realPath], timeoutMs: 75, takesMs: 20 });
    expect(ran.filter((what) => !what.endsWith(BOTH))).toEqual(['b github +0']);
  });

  it.each<[string, number, readonly string[]]>([
    [
      'with both changed, and today on GitHub, outside of CI and on other CI systems',
      60_000,
      [BOTH, 'github +0', 'none +0', 'other +0'],
    ],
    ['with both changed alone where there is no time', 1_000, [BOTH]],
  ])('loads everything %s', async (_case, timeoutMs, guises) => {
    const { loads } = await passOf({}, { timeoutMs, takesMs: 400 });
    expect(loads).toEqual(guises.map((guise) => `together ${guise}`));
  });
});
