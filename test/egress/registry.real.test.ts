import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeIdentity } from '../../src/egress/registry.js';
import type { SandboxRun } from '../../src/jobs/ports.js';
import { packProject } from '../app/tarballs.js';
import { docker, withProject } from '../sandbox/rig.js';

const run = promisify(execFile);
const TOKEN = 'npm_SecretOfTheCompany0123456789';
/** The registry's name leads nowhere but here: the machine's own name is in its hosts file. */
const NAME = 'localhost';

let registry: Server;
let url: string;
let authority: string;
const asked: { path: string; authorization: string | undefined }[] = [];
const tarballs = new Map<string, Buffer>();

/** A registry that tells nothing without the token; where tarballs are is told with its own https address. */
beforeAll(async () => {
  const identity = await makeIdentity([{ url: `https://${NAME}/`, authorization: '' }]);
  authority = identity.cert;
  for (const name of ['@corp/inner', 'plain-dep']) {
    const manifest = { name, version: '1.0.0', scripts: { postinstall: 'node look.js' }, main: 'index.js' };
    // The token stands in no file of the package itself.
    const look = `const { execSync } = require('child_process');
      const input = ['npm_SecretOf', 'TheCompany'].join('');
      const find = 'grep -rl -f - /home /tmp /etc /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null || true';
      console.log('ENV', JSON.stringify(process.env));
      console.log('FILES', execSync(find, { input }).toString());`;
    tarballs.set(name, await packPackage(manifest, look));
  }
  registry = createServer(identity, (request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const { authorization } = request.headers;
    asked.push({ path, authorization });
    if (authorization !== `Bearer ${TOKEN}`) {
      response.writeHead(401).end('{"error":"who are you?"}');
      return;
    }
    const name = path.replace(/^\/npm\//, '').replace(/\/-\/.*/, '');
    const tarball = tarballs.get(name);
    if (tarball === undefined) response.writeHead(404).end('{}');
    else if (path.endsWith('.tgz')) response.end(tarball);
    else response.end(JSON.stringify(packument(name, tarball)));
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  url = `https://${NAME}:${(registry.address() as AddressInfo).port}/npm/`;
});
afterAll(() => registry?.close());

function packument(name: string, tarball: Buffer): object {
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  const version = {
    name,
    version: '1.0.0',
    hasInstallScript: true,
    dist: { tarball: `${url}${name}/-/x-1.0.0.tgz`, integrity },
  };
  return { name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } };
}

async function packPackage(manifest: object, look: string): Promise<Buffer> {
  return packProject({ 'package/package.json': manifest, 'package/index.js': '', 'package/look.js': look }, 'package');
}

const dependencies = { '@corp/inner': '1.0.0', 'plain-dep': '1.0.0' };
const manifest = { name: 'app', version: '1.0.0', dependencies };

/** A lock file as it is checked in: places of tarballs with the registry's own address. */
function lockFile(integrityOf: (name: string) => string): object {
  const entry = (name: string) => ({
    version: '1.0.0',
    resolved: `${url}${name}/-/x-1.0.0.tgz`,
    integrity: integrityOf(name),
    hasInstallScript: true,
  });
  return {
    name: 'app',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': manifest,
      ...Object.fromEntries(Object.keys(dependencies).map((name) => [`node_modules/${name}`, entry(name)])),
    },
  };
}

const integrityOf = (name: string) =>
  `sha512-${createHash('sha512')
    .update(tarballs.get(name) ?? '')
    .digest('base64')}`;

function installed<T>(files: Parameters<typeof withProject>[0], use: (run: SandboxRun) => Promise<T>): Promise<T> {
  const { host } = new URL(url);
  return withProject(files, use, {
    egress: { mode: 'registry', allow: [host] },
    registry: url,
    registries: [{ url, scopes: ['@corp'], authorization: `Bearer ${TOKEN}` }],
    extraCa: authority,
  });
}

describe('a private registry that demands a token', () => {
  it.each([
    ['npm install: places come from the registry', () => ({ 'package.json': manifest })],
    [
      'npm ci: places come from the lock file',
      () => ({ 'package.json': manifest, 'package-lock.json': lockFile(integrityOf) }),
    ],
  ])('%s; the token is nowhere in the container', async (_what, files) => {
    asked.length = 0;
    await installed(files(), async (sandbox) => {
      const step = await sandbox.install(90_000);
      expect(step, step.log).toMatchObject({ exitCode: 0 });
      expect((await sandbox.packages()).map(({ name }) => name).sort()).toEqual(['@corp/inner', 'app', 'plain-dep']);
      expect(step.log.match(/^ENV /gm)).toHaveLength(2);
      expect(step.log.match(/^FILES $/gm)).toHaveLength(2);
      expect(step.log).not.toContain(TOKEN);
      const inspected = await docker.getContainer(sandbox.containerId).inspect();
      expect(JSON.stringify(inspected)).not.toContain(TOKEN);
      const { stdout } = await run('docker', [
        'exec',
        sandbox.containerId,
        'sh',
        '-c',
        `grep -rl Secret''OfTheCompany /home /tmp /etc || true`,
      ]);
      expect(stdout).toBe('');
      expect(JSON.stringify(sandbox.egress())).not.toContain(TOKEN);
      expect(sandbox.egress()).toContainEqual(expect.objectContaining({ host: NAME, allowed: true, via: 'proxy' }));
    });
    expect(asked.filter(({ path }) => path.endsWith('.tgz'))).toHaveLength(2);
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]));
  });

  it('a tarball that is not the one of the lock file is still refused by npm', async () => {
    const files = {
      // npm tries six times, for more than two minutes.
      '.npmrc': 'fetch-retries=0\n',
      'package.json': manifest,
      'package-lock.json': lockFile(() => `sha512-${'A'.repeat(86)}==`),
    };
    await installed(files, async (sandbox) => {
      const step = await sandbox.install(90_000);
      expect(step.exitCode).not.toBe(0);
      expect(step.log).toContain('EINTEGRITY');
    });
  });
});
