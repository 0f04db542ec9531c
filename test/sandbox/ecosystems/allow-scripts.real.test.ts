import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { allowScriptsForm, type Form } from '../../../src/report/allow-scripts.js';
import { imageTags } from '../../../src/sandbox/image-tag.js';

const folder = mkdtempSync(join(tmpdir(), 'pw-allow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two real packages with a postinstall script; each leaves a trace in the manager's own words when it is run. */
const ALLOWED = 'core-js@3.51.0';
const REFUSED = 'es5-ext@0.10.64';
const decision = { recommended: [ALLOWED], refused: [REFUSED] };

const registry = 'https://registry.npmjs.org';
const rows: readonly [Form, string, RegExp, RegExp][] = [
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

it.each(rows)('%s takes its form: runs what is allowed, and not what is refused', (form, command, allowed, refused) => {
  const { file, text } = allowScriptsForm(decision, form);
  const manifest = { name: 'app', version: '1.0.0', dependencies: { 'core-js': '3.51.0', 'es5-ext': '0.10.64' } };
  const isManifest = file === 'package.json';
  const project = mkdtempSync(join(folder, `${form}-`));
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ ...manifest, ...(isManifest ? JSON.parse(text) : {}) }),
  );
  if (!isManifest) writeFileSync(join(project, file), text);
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
});
