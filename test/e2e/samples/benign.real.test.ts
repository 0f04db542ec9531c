import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.js';
import { detonated, REPORT_MS } from '../../support/detonated.js';
import { packProject } from '../../support/tarballs.js';

/**
 * Real packages from the registry, as they are today, so that a false alarm on what people install shows here first. A range is
 * given where the newest version has no install script any more. Those that need a host other than the registry and can't build
 * without it (electron, cypress, puppeteer) are left out: their install fails in a sandbox.
 */
const WITH_SCRIPTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'better-sqlite3': { 'better-sqlite3': '*' },
  'native builds with node-gyp': {
    ...{ 'cpu-features': '*', ssh2: '*', 'unix-dgram': '*', 'segfault-handler': '*', bindings: '*' },
  },
  'binaries in optional dependencies': {
    ...{ esbuild: '*', '@swc/core': '*', sharp: '^0.33.0', '@parcel/watcher': '*', 'unrs-resolver': '*' },
    ...{ lefthook: '*', '@tailwindcss/oxide': '*' },
  },
  'binaries in the package itself': {
    ...{ bufferutil: '*', 'utf-8-validate': '*', bcrypt: '*', argon2: '*', 'classic-level': '*', secp256k1: '*' },
    ...{ keccak: '*', 'sodium-native': '^4.0.0', microtime: '*', 'msgpackr-extract': '*', lmdb: '*', leveldown: '*' },
  },
  'banners, patches and checks': {
    ...{ 'core-js': '*', 'core-js-pure': '*', 'es5-ext': '*', protobufjs: '*', '@apollo/protobufjs': '*' },
    ...{ '@nestjs/core': '^10.0.0', 'vue-demi': '*', 'svelte-preprocess': '^5.0.0', '@firebase/util': '*' },
    ...{ 'spawn-sync': '*', 'styled-components': '^5.0.0', 'puppeteer-core': '*', 'uglifyjs-webpack-plugin': '0.4.6' },
  },
  'hook managers': { husky: '^4.0.0', 'simple-git-hooks': '*', yorkie: '*', 'pre-commit': '*' },
};
const LEAST_WITH_SCRIPTS = 30;

const WITHOUT_SCRIPTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  servers: { express: '*', fastify: '*', koa: '*', axios: '*', winston: '*', dotenv: '*' },
  'webpack and eslint': { webpack: '*', 'webpack-cli': '*', eslint: '*', prettier: '*' },
  tests: { jest: '*', mocha: '*' },
  'next and react': { next: '*', react: '*', 'react-dom': '*' },
  angular: { '@angular/cli': '*' },
  'release tools': { 'semantic-release': '*', commitizen: '*', 'conventional-changelog': '*' },
  graphql: { '@apollo/server': '*', '@graphql-codegen/cli': '*', graphql: '*' },
  'react native': { 'react-native': '*', react: '*' },
  ember: { 'ember-cli': '*' },
  compilers: { typescript: '*', '@babel/core': '*', '@babel/preset-env': '*', rollup: '*', '@aws-sdk/client-s3': '*' },
};

const packages = Object.entries({ ...WITH_SCRIPTS, ...WITHOUT_SCRIPTS });
const reportFor = detonated(
  new Map(
    packages.map(([name, dependencies]) => [
      name,
      () => packProject({ 'package.json': { name: 'app', version: '1.0.0', dependencies } }),
    ]),
  ),
  { PACKWARDEN_LINGER_S: '0' },
);

async function expectClean(name: string): Promise<Report> {
  const report = await reportFor(name);
  const by = (finding: Report['findings'][number]) =>
    `${finding.package?.name}@${finding.package?.version} (${finding.phase}) ${finding.alert.output}`;
  expect(report.findings.map(by)).toEqual([]);
  expect(report.incomplete, report.log.slice(-3000)).toEqual([]);
  expect(report.verdict).toBe('clean');
  return report;
}

describe('packages with install scripts are clean', () => {
  it.each(Object.keys(WITH_SCRIPTS))(
    '%s',
    async (name) => {
      const report = await expectClean(name);
      const seen = new Map<string, number>();
      for (const { rule, package: pkg, known } of report.observations) {
        const key = `${pkg?.name}: ${rule}${known ? ` (${known})` : ''}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
      const ran = report.packages.filter((pkg) => pkg.ran).map((pkg) => `${pkg.name}@${pkg.version}`);
      console.log(
        `ran: ${ran.join(', ')}\nobserved: ${[...seen].map(([key, count]) => `${count}× ${key}`).join('; ') || '–'}`,
      );
    },
    REPORT_MS,
  );

  it(
    `runs the scripts of at least ${LEAST_WITH_SCRIPTS} packages`,
    async () => {
      const ran = new Set<string>();
      for (const name of Object.keys(WITH_SCRIPTS)) {
        const report = await reportFor(name);
        for (const pkg of report.packages) if (pkg.ran) ran.add(pkg.name);
      }
      expect(ran.size, [...ran].join(' ')).toBeGreaterThanOrEqual(LEAST_WITH_SCRIPTS);
    },
    REPORT_MS,
  );
});

describe('large trees without scripts are clean', () => {
  it.each(Object.keys(WITHOUT_SCRIPTS))(
    '%s',
    async (name) => {
      await expectClean(name);
    },
    REPORT_MS,
  );
});
