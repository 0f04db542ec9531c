import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.js';
import { detonated, REPORT_MS } from '../../support/detonated.js';
import { SAMPLES } from '../../support/samples.js';
import { packFolder, packProject } from '../../support/tarballs.js';

/** Packages that make it hard to load others in the same process. */
const HOSTILE: Readonly<Record<string, string>> = {
  'a-exit': 'process.exit(0);',
  'b-exit-later': 'setTimeout(() => process.exit(0), 5);',
  'c-handlers':
    "process.removeAllListeners(); process.on = process.once = () => process; process.exit = () => {}; throw new Error('no');",
  'd-proxy': "throw new Proxy({}, { get() { throw new Error('no'); } });",
  'e-block': 'for (;;);',
  'f-forks':
    "for (let i = 0; i < 40; i += 1) require('node:child_process').spawn('sleep', ['1'], { stdio: 'ignore' });",
  'g-flood':
    "const end = Date.now() + 1000; while (Date.now() < end) try { require('node:fs').writeSync(1, 'x'.repeat(65536)); } catch {}",
  'h-channel':
    'for (let fd = 3; fd < 30; fd += 1) try { require(\'node:fs\').writeSync(fd, \'{"at":0,"error":null}\\n\'); } catch {}',
  'i-memory': 'const all = []; for (;;) all.push(Buffer.alloc(64e6, 1));',
  'j-unref': "setTimeout(() => require('node:fs').readFileSync(process.env.HOME + '/.ssh/id_rsa'), 600000).unref();",
  'k-promise': 'globalThis.Promise = class { then() { return this; } };',
  'l-mark': "for (let at = 0; at < 20; at += 1) require('node:fs').readFileSync('/opt/ci/at/' + at);",
  'z-thief': "require('node:fs').readFileSync(process.env.HOME + '/.aws/credentials');",
};

/** Packages that nothing but another package asks for. */
function behindFacade(packages: Readonly<Record<string, string>>): Promise<Buffer> {
  const names = Object.keys(packages);
  const files = names.flatMap((name) => [
    [`${name}/package.json`, { name, version: '1.0.0', main: 'index.js' }],
    [`${name}/index.js`, packages[name] ?? ''],
  ]);
  return packProject({
    'package.json': { name: 'app', version: '1.0.0', dependencies: { facade: 'file:facade' } },
    '.npmrc': 'install-links=true\n',
    'facade/package.json': {
      name: 'facade',
      version: '1.0.0',
      dependencies: Object.fromEntries(names.map((name) => [name, `file:../${name}`])),
    },
    'facade/index.js': '',
    ...Object.fromEntries(files),
  });
}

const reportFor = detonated(
  new Map([
    ['hostile', () => behindFacade(HOSTILE)],
    ['looks', () => packFolder(`${SAMPLES}/exercise/looks-for-us`)],
  ]),
  {
    PACKWARDEN_LINGER_S: '1',
    PACKWARDEN_MEMORY_BYTES: String(1536 * 1024 ** 2),
    PACKWARDEN_HOME_BYTES: String(512 * 1024 ** 2),
  },
);

const rowOf = ({ phases }: Report, name: string) =>
  phases.find((phase) => phase.name === 'import')?.loaded?.find((row) => row.name === name);
const blamed = ({ findings }: Report, rule: string): readonly (string | undefined)[] =>
  findings.filter((finding) => finding.rule === rule).map((finding) => finding.package?.name);

describe('packages that make it hard to load others', () => {
  it(
    'do not keep a thief that comes after them from being found',
    async () => {
      expect(blamed(await reportFor('hostile'), 'Read of cloud credentials')).toEqual(['z-thief']);
    },
    REPORT_MS,
  );

  it(
    'are found though they wait for what nobody waits for',
    async () => {
      expect(blamed(await reportFor('hostile'), 'Read of an SSH key')).toEqual(['j-unref']);
    },
    REPORT_MS,
  );

  it.each([
    ['a-exit', /^it ended its process while it was loaded$/],
    ['e-block', /^stopped after 15 s$/],
    // Whether memory or time runs out first depends on the machine.
    ['i-memory', /^(?:killed by SIG(?:KILL|ABRT)|stopped after 15 s)$/],
  ])(
    '%s is told: %s',
    async (name, error) => {
      expect(rowOf(await reportFor('hostile'), name)).toMatchObject({ ok: false, error: expect.stringMatching(error) });
    },
    REPORT_MS,
  );

  it(
    'are an observation where their load was stopped',
    async () => {
      const { observations } = await reportFor('hostile');
      const stopped = observations.filter(({ rule }) => rule === 'Load stopped at its deadline');
      expect(stopped.map((finding) => finding.package?.name)).toContain('e-block');
    },
    REPORT_MS,
  );
});

describe('whoever looks for Packwarden in a sandbox', () => {
  it(
    'finds its name nowhere, and is found',
    async () => {
      const report = await reportFor('looks');
      expect(report.log).toContain('stands in: []');
      expect(blamed(report, 'Packwarden looked for')).toContain('sample-looks-for-us');
    },
    REPORT_MS,
  );
});
