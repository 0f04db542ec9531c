import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestRegistry } from '../../egress/cache/registry.js';
import { tarball } from '../../sandbox/tarball.js';
import { reportOf, submit } from '../../support/client.js';
import { dataFolder, ServiceProcess } from '../../support/service-process.js';
import { packProject } from '../../support/tarballs.js';

const registry = new TestRegistry();
const data = dataFolder();
let service: ServiceProcess;

async function packed(name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const files = { 'package/package.json': { name, version: '1.0.0' }, 'package/index.js': '' };
  for await (const chunk of await tarball(files)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const projectOf = (name: string): Promise<Buffer> =>
  packProject({
    'package.json': { name: 'app', version: '1.0.0', dependencies: { [name]: '1.0.0' } },
    // npm would ask for some minutes.
    '.npmrc': 'fetch-retries=0\n',
  });

beforeAll(async () => {
  registry.host = 'localhost';
  await registry.start();
  for (const name of ['kept', 'fresh']) registry.publish(name, '1.0.0', await packed(name));
  service = await ServiceProcess.start({
    PACKWARDEN_DATA_DIR: data.path,
    PACKWARDEN_REGISTRY: registry.url,
    PACKWARDEN_EGRESS_ALLOW: `localhost:${registry.port}`,
  });
  await service.ready();
});
afterAll(async () => {
  await service?.stop();
  registry.stop();
  data.remove();
});

describe('a registry of the operator', () => {
  it('is asked, and when it is away what was asked before goes on working and the rest names it', async () => {
    const before = await reportOf(service.url, await submit(service.url, await projectOf('kept')));
    expect(before, before.log).toMatchObject({ verdict: 'clean', incomplete: [] });
    registry.trick = (_asked, response) => {
      response.writeHead(503).end();
      return true;
    };
    const again = await reportOf(service.url, await submit(service.url, await projectOf('kept')));
    expect(again, again.log).toMatchObject({ verdict: 'clean', incomplete: [] });
    const away = await reportOf(service.url, await submit(service.url, await projectOf('fresh')));
    expect(away.verdict).toBe('incomplete');
    expect(away.incomplete[0]).toEqual({
      code: 'registry-unavailable',
      message: expect.stringContaining(`the registry localhost:${registry.port} answered with errors`),
    });
    expect(away.incomplete.map(({ code }) => code)).toContain('fetch-failed');
  });
});
