import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WrittenAllowList } from '../../../src/ecosystems/allow-list.js';
import type { InstalledPackage } from '../../../src/ecosystems/installed-package.js';
import type { ManagerName } from '../../../src/ecosystems/names.js';
import { editionFolder } from '../../../src/ecosystems/node/editions.js';
import { VERSIONS } from '../../../src/ecosystems/versions.js';
import { buildReport } from '../../../src/report/build.js';
import type { Report } from '../../../src/report/report.js';
import { allowScriptsForm, FORMS } from '../../../src/report/scripts/allow-scripts.js';
import { imageTags } from '../../../src/sandbox/container/image-tag.js';
import { alertAt, evidence, folded, type Start, scriptsOf, treeOf } from '../../report/evidence.js';
import { withProject } from '../rig.js';
import { LocalRegistry } from './local-registry.js';
import { dependenciesOn, ELSEWHERE, MARKS, MISBEHAVING, PUBLISHED } from './script-packages.js';

const ELSEWHERE_PATH = 'files/shared.tgz';
const folder = mkdtempSync(join(tmpdir(), 'pw-allow-'));
const registry = new LocalRegistry();
beforeAll(() => registry.start(PUBLISHED, { [ELSEWHERE_PATH]: ELSEWHERE }));
afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Row {
  readonly form: string;
  readonly manager: ManagerName;
  readonly version: string;
  /** Of the image, where another version of it stands on PATH. */
  readonly edition?: string;
  readonly install: string;
  /** Settings without which it installs nothing from this registry. */
  readonly env?: Readonly<Record<string, string>>;
}

const PNPM = {
  manager: 'pnpm',
  install: 'pnpm install --no-frozen-lockfile',
  env: { PNPM_CONFIG_PM_ON_FAIL: 'ignore' },
} as const;
const PNPM_10 = { ...PNPM, version: VERSIONS.PNPM_10_VERSION, edition: 'pnpm-10' } as const;
const YARN = { form: 'yarn', manager: 'yarn', install: 'yarn install' } as const;
const yarnEnv = (ca: string) => ({
  YARN_NODE_LINKER: 'node-modules',
  YARN_ENABLE_IMMUTABLE_INSTALLS: '0',
  [ca]: '/ca.pem',
});
const ROWS: readonly Row[] = [
  // Npm 12 installs no packages from an address without a flag.
  { form: 'npm', manager: 'npm', version: VERSIONS.NPM_VERSION, install: 'npm install --allow-remote=all' },
  { form: 'pnpm', ...PNPM, version: VERSIONS.PNPM_VERSION },
  { form: 'pnpm', ...PNPM_10 },
  { form: 'pnpm10', ...PNPM_10 },
  { ...YARN, version: VERSIONS.YARN_BERRY_VERSION, edition: 'yarn-4', env: yarnEnv('YARN_HTTPS_CA_FILE_PATH') },
  { ...YARN, version: VERSIONS.YARN_3_VERSION, edition: 'yarn-3', env: yarnEnv('YARN_CA_FILE_PATH') },
  {
    form: 'bun',
    manager: 'bun',
    version: VERSIONS.BUN_VERSION,
    install: '/usr/local/lib/node_modules/bun/bin/bun install --cafile=/ca.pem',
  },
];

/** Whose scripts may run. Yarn takes what is bundled from the registry; bun has names alone, so `mixed` and `shared` are left out. */
const COMMON = ['@scope+good@1.0.0', 'both@1.0.0', 'both@2.0.0', 'carrier@1.0.0', 'good@1.0.0'];
const BY_VERSION = [...COMMON, 'mixed@1.0.0', 'shared@1.0.0'];
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  yarn: [...BY_VERSION, 'both@3.0.0', 'passenger@1.0.0'],
  bun: COMMON,
};

function manifestOf({ manager, version }: Row): object {
  const dependencies = dependenciesOn(registry.url + ELSEWHERE_PATH);
  return { name: 'app', version: '1.0.0', packageManager: `${manager}@${version}`, dependencies };
}

/** What the sandbox lists after its fetch. */
function fetched(row: Row): Promise<readonly InstalledPackage[]> {
  const { host, url, authority } = registry;
  return withProject(
    { 'package.json': manifestOf(row) },
    async (run) => {
      const step = await run.fetch(60_000);
      expect(step, step.log).toMatchObject({ exitCode: 0 });
      return (await run.packages()).packages;
    },
    { egress: { mode: 'registry', allow: [host] }, registry: url, extraCa: authority },
    row.manager,
  );
}

/** The report of a run in which every script was seen, and some of them did what they should not. */
function reportOf(packages: readonly InstalledPackage[], { manager, version }: Row): Report {
  const withScripts = packages.filter(({ scripts }) => scripts.length > 0);
  const starts = withScripts.flatMap(({ path, realPath }, at): Start[] => [
    ...scriptsOf(path.replace(/^node_modules\//, ''), 100 + at),
    [2, 1000 + at, 100 + at, realPath, 'sh -c node mark.js'],
  ]);
  const alerts = withScripts.flatMap((pkg, at) =>
    MISBEHAVING.includes(`${pkg.name}@${pkg.version}`)
      ? [folded(alertAt(3, 'Read of an SSH key', { 'proc.pid': String(1000 + at) }))]
      : [],
  );
  const ran = { name: manager, version, reason: '', leftOut: [] };
  return buildReport(evidence({ packages, tree: treeOf(starts), alerts, manager: ran }));
}

/** Installs the project with the list in place, as its user would, and returns whose scripts ran. */
async function installWith({ file, text, beside }: WrittenAllowList, row: Row) {
  const project = mkdtempSync(join(folder, 'project-'));
  const write = (name: string, content: string): void => writeFileSync(join(project, name), content);
  const isManifest = file === 'package.json';
  mkdirSync(join(project, MARKS));
  write('package.json', JSON.stringify({ ...manifestOf(row), ...(isManifest ? JSON.parse(text) : {}) }));
  if (!isManifest) write(file, text);
  if (beside !== undefined) write(beside.file, beside.text);
  write('.npmrc', `registry=${registry.url}\n`);
  write('ca.pem', registry.authority);
  const variables = {
    ...{ CI: 'true', NODE_EXTRA_CA_CERTS: '/ca.pem', npm_config_cafile: '/ca.pem', PNPM_CONFIG_CAFILE: '/ca.pem' },
    ...{ YARN_NPM_REGISTRY_SERVER: registry.url.replace(/\/$/, ''), ...row.env },
  };
  const path = row.edition === undefined ? '' : `PATH=${editionFolder(row.edition)}:$PATH `;
  const { stdout } = await promisify(execFile)('docker', [
    ...['run', '--rm', '--network', 'host', '-w', '/project'],
    ...['-v', `${project}:/project`, '-v', `${join(project, 'ca.pem')}:/ca.pem:ro`],
    ...Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
    // Pnpm 12 ends with an error where scripts are left undecided.
    ...[imageTags().npm, 'sh', '-c', `${path}timeout 60 ${row.install} 2>&1 || true`],
  ]);
  return { ran: readdirSync(join(project, MARKS)).toSorted(), log: stdout };
}

it.each(ROWS)('$manager $version takes the form $form: the scripts that it allows run, and no others', async (row) => {
  const form = FORMS.find(({ name }) => name === row.form);
  if (form === undefined) throw new Error(`no form ${row.form}`);
  const list = allowScriptsForm(reportOf(await fetched(row), row), form);
  const { ran, log } = await installWith(list, row);
  expect(ran, `${list.text}\n${log}`).toEqual((EXPECTED[row.form] ?? BY_VERSION).toSorted());
});
