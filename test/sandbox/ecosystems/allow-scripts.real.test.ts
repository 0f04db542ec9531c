import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { afterAll, expect, it } from 'vitest';
import { allowScriptsForm, FORMS } from '../../../src/report/allow-scripts.js';
import type { InstalledRow } from '../../../src/report/report.js';
import { imageTags } from '../../../src/sandbox/image-tag.js';
import { report } from '../../api/reports.js';
import { folderOf } from '../../cli/run-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'pw-allow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two real packages with a postinstall script; each leaves a trace in the manager's own words when it is run. */
const ALLOWED = 'core-js@3.51.0';
const REFUSED = 'es5-ext@0.10.64';
/** Two tarballs of the project: their scripts leave a file in its root. */
const LOCAL = ['local-good', 'local-evil'] as const;
const installed = LOCAL.map((name): InstalledRow => {
  const folder = `node_modules/${name}`;
  return { name, version: '1.0.0', folder, from: 'tarball', resolved: `file:vendor/${name}.tgz`, integrity: null };
});
const decided = report({
  installed,
  allowScripts: { recommended: [ALLOWED, 'local-good@1.0.0'], refused: [REFUSED, 'local-evil@1.0.0'] },
});

const registry = 'https://registry.npmjs.org';
const rows: readonly [form: string, command: string, allowed: RegExp, refused: RegExp][] = [
  [
    'npm',
    'npm install --foreground-scripts --strict-allow-scripts',
    /run core-js@3\.51\.0 postinstall/,
    /run es5-ext@/,
  ],
  [
    'pnpm',
    'pnpm install --no-frozen-lockfile --reporter=append-only',
    /core-js postinstall: Done/,
    /es5-ext postinstall/,
  ],
  [
    'yarn',
    `YARN_NODE_LINKER=node-modules YARN_NPM_REGISTRY_SERVER=${registry} yarn-berry install`,
    /core-js@npm:3\.51\.0 must be built/,
    /es5-ext@npm:0\.10\.64 must be built/,
  ],
];

async function packLocal(project: string): Promise<void> {
  mkdirSync(join(project, 'vendor'));
  for (const name of LOCAL) {
    const scripts = { postinstall: `node -e "require('fs').writeFileSync('/project/${name}-ran', '')"` };
    const content = folderOf({ 'package/package.json': { name, version: '1.0.0', scripts } });
    await create({ cwd: content.path, file: join(project, 'vendor', `${name}.tgz`), gzip: true }, ['package']);
    content.remove();
  }
}

it.each(rows)(
  '%s takes its form: runs what is allowed, and not what is refused',
  async (name, command, allowed, refused) => {
    const form = FORMS.find((known) => known.name === name);
    if (form === undefined) throw new Error(`no form ${name}`);
    const { file, text, beside } = allowScriptsForm(decided, form);
    const local = Object.fromEntries(LOCAL.map((each) => [each, `file:vendor/${each}.tgz`]));
    const dependencies = { 'core-js': '3.51.0', 'es5-ext': '0.10.64', ...local };
    const manifest = { name: 'app', version: '1.0.0', dependencies };
    const isManifest = file === 'package.json';
    const project = mkdtempSync(join(folder, `${name}-`));
    await packLocal(project);
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({ ...manifest, ...(isManifest ? JSON.parse(text) : {}) }),
    );
    if (!isManifest) writeFileSync(join(project, file), text);
    if (beside !== undefined) writeFileSync(join(project, beside.file), beside.text);
    const ca = process.env.NODE_EXTRA_CA_CERTS;
    const trust =
      ca === undefined
        ? []
        : [
            '-v',
            `${ca}:/ca.pem:ro`,
            ...['NODE_EXTRA_CA_CERTS', 'YARN_HTTPS_CA_FILE_PATH', 'PNPM_CONFIG_CAFILE', 'npm_config_cafile'].flatMap(
              (name) => ['-e', `${name}=/ca.pem`],
            ),
          ];
    const run = [
      'run',
      '--rm',
      '--network',
      'host',
      '-v',
      `${project}:/project`,
      '-w',
      '/project',
      '-e',
      'CI=true',
      ...trust,
    ];
    const log = execFileSync(
      'docker',
      [...run, imageTags().npm, 'sh', '-c', `export YARN_ENABLE_IMMUTABLE_INSTALLS=0; ${command} 2>&1`],
      { encoding: 'utf8' },
    );
    expect(log).toMatch(allowed);
    expect(log).not.toMatch(refused);
    expect(
      LOCAL.map((each) => existsSync(join(project, `${each}-ran`))),
      log,
    ).toEqual([true, false]);
  },
);
