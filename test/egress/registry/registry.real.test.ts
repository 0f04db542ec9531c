import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RegistryCache } from '../../../src/egress/cache/port.js';
import { openRegistryCache } from '../../../src/egress/cache/registry-cache.js';
import type { Ecosystem } from '../../../src/jobs/job.js';
import type { SandboxRun } from '../../../src/jobs/ports.js';
import { installed } from '../../sandbox/installed.js';
import { docker, withProject } from '../../sandbox/rig.js';
import type { Files } from '../../sandbox/tarball.js';
import { CompanyRegistry, CREDENTIALS, MARK } from '../company-registry.js';
import { silent } from '../harness.js';

const run = promisify(execFile);
const company = new CompanyRegistry();
/** As a worker has it, one for all jobs; here of one test, so that each sees what its package manager asks for. */
let cache: RegistryCache;
let folder: string;
beforeAll(() => company.start());
afterAll(() => company.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'packwarden-cache-'));
  cache = await openRegistryCache({ folder, maxBytes: 64 * 1024 ** 2, clock: Date, log: silent });
});
afterEach(async () => {
  await rm(folder, { recursive: true, maxRetries: 5 });
});
beforeEach(() => {
  company.asked.length = 0;
  company.askedElsewhere.length = 0;
});

const NAMES = ['@corp/inner', 'plain-dep'];
const dependencies = Object.fromEntries(NAMES.map((name) => [name, '1.0.0']));
const manifest = { name: 'app', version: '1.0.0', dependencies };

/** A lock file as it is checked in: places of tarballs with the registry's own address. */
function lockFile(integrityOf: (name: string) => string, names: readonly string[] = NAMES): object {
  const entry = (name: string) => ({
    version: '1.0.0',
    resolved: company.tarballOf(name),
    integrity: integrityOf(name),
    hasInstallScript: true,
  });
  const root = { ...manifest, dependencies: Object.fromEntries(names.map((name) => [name, '1.0.0'])) };
  const packages = { '': root, ...Object.fromEntries(names.map((name) => [`node_modules/${name}`, entry(name)])) };
  return { name: 'app', version: '1.0.0', lockfileVersion: 3, packages };
}

/** In the project's own words; the token is one of the variables that the sandbox has decoys for. */
const NPMRC = (): string => `@corp:registry=${company.url('corp')}\n${at('npm')}${at('corp')}`;
const at = (folder: 'npm' | 'corp'): string =>
  `${company.url(folder).replace('https:', '')}:_authToken=\${NPM_TOKEN}\n`;
const YARNRC = (): string => `npmAlwaysAuth: true
npmScopes:
  corp:
    npmRegistryServer: "${company.url('corp').slice(0, -1)}"
    npmAuthToken: "\${CORP_REGISTRY_TOKEN}"
`;
const yarn = { ...manifest, packageManager: 'yarn@4.18.1' };
const GEMFILE = (): string => `source "${company.url('gems')}"\ngem "inner-gem"\n`;

function withRegistries<T>(files: Files, ecosystem: Ecosystem, use: (run: SandboxRun) => Promise<T>): Promise<T> {
  const [npm, corp, gems] = [company.url('npm'), company.url('corp'), company.url('gems')];
  const options = {
    egress: { mode: 'registry', allow: company.hosts },
    registry: npm,
    registries: [
      { url: npm, scopes: [], authorization: CREDENTIALS.npm },
      { url: corp, scopes: ['@corp'], authorization: CREDENTIALS.corp },
      { url: gems, scopes: [], authorization: CREDENTIALS.gems },
    ],
    extraCa: company.authority,
    cache,
  } as const;
  return withProject(files, use, options, ecosystem);
}

describe('private registries that demand credentials', () => {
  it.each<[string, Ecosystem, () => Files]>([
    ['npm install: places come from the registry', 'npm', () => ({ 'package.json': manifest })],
    [
      'npm ci: places come from the lock file',
      'npm',
      () => ({
        'package.json': manifest,
        'package-lock.json': lockFile((name) => company.integrityOf(name)),
        '.npmrc': NPMRC(),
      }),
    ],
    ['pnpm', 'pnpm', () => ({ 'package.json': manifest })],
    ['pnpm, with a configuration of the project', 'pnpm', () => ({ 'package.json': manifest, '.npmrc': NPMRC() })],
    ['yarn 1', 'yarn', () => ({ 'package.json': manifest })],
    ['yarn 4', 'yarn', () => ({ 'package.json': yarn })],
    ['yarn 4, with a configuration of the project', 'yarn', () => ({ 'package.json': yarn, '.yarnrc.yml': YARNRC() })],
    ['bundler', 'bundler', () => ({ Gemfile: GEMFILE() })],
  ])('%s; the credentials are nowhere in the container and go nowhere else', async (_what, ecosystem, files) => {
    const names = ecosystem === 'bundler' ? ['inner-gem'] : NAMES;
    await withRegistries(files(), ecosystem, async (sandbox) => {
      const step = await installed(sandbox, 90_000);
      expect(step, step.log).toMatchObject({ exitCode: 0 });
      expect(step.packages.flatMap(({ name, path }) => (path === '.' ? [] : [name])).sort()).toEqual(names);
      const inspected = JSON.stringify(await docker.getContainer(sandbox.containerId).inspect());
      const inside = (script: string) =>
        run('docker', ['exec', '--user', '1000', sandbox.containerId, 'sh', '-c', script]);
      // What a gem's script prints stands in a file.
      const gemLog = await inside('find /home/ci/project -name gem_make.out -exec cat {} +');
      const log = step.log + gemLog.stdout;
      // Each script said what it has and what it found.
      expect(log.match(/ENV\[/g)).toHaveLength(names.length);
      expect(log.match(/FILES\[\]/g)).toHaveLength(names.length);
      expect((await inside(`grep -rl SecretOf''TheCompany /home /tmp /etc || true`)).stdout).toBe('');
      for (const told of [log, inspected, JSON.stringify(sandbox.egressEvidence().egress)])
        expect(told).not.toContain(MARK);
      expect(sandbox.egressEvidence().egress).toContainEqual(
        expect.objectContaining({ host: 'localhost', allowed: true, via: 'proxy' }),
      );
      expect(sandbox.egressEvidence().egress.filter(({ host, allowed }) => host === 'localhost' && !allowed)).toEqual(
        [],
      );
      expect(sandbox.egressEvidence().leaks).toEqual([]);
    });
    const wanted = ecosystem === 'bundler' ? [CREDENTIALS.gems] : [CREDENTIALS.npm, CREDENTIALS.corp];
    expect(new Set(company.asked.map(({ authorization }) => authorization))).toEqual(new Set(wanted));
    expect(company.askedElsewhere.length).toBeGreaterThan(0);
    expect(JSON.stringify(company.askedElsewhere)).not.toContain(MARK);
  });

  it('what one job has installed the next one does from the cache while the registry is away', async () => {
    const dependencies = { '@corp/inner': '1.0.0' };
    const files = {
      'package.json': { ...manifest, dependencies },
      'package-lock.json': lockFile((name) => company.integrityOf(name), Object.keys(dependencies)),
    };
    const install = () => withRegistries(files, 'npm', (sandbox) => installed(sandbox, 90_000));
    expect(await install()).toMatchObject({ exitCode: 0 });
    company.isAway = true;
    try {
      const { hits } = cache.counters();
      expect(await install()).toMatchObject({ exitCode: 0 });
      expect(cache.counters().hits).toBeGreaterThan(hits);
    } finally {
      company.isAway = false;
    }
  });

  it('a tarball that is not the one of the lock file is still refused by npm', async () => {
    const files = {
      // npm tries six times, for more than two minutes.
      '.npmrc': 'fetch-retries=0\n',
      'package.json': manifest,
      'package-lock.json': lockFile(() => `sha512-${'A'.repeat(86)}==`),
    };
    await withRegistries(files, 'npm', async (sandbox) => {
      const step = await installed(sandbox, 90_000);
      expect(step.exitCode).not.toBe(0);
      expect(step.log).toContain('EINTEGRITY');
    });
  });
});
