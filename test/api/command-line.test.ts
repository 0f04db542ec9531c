import { createHash, randomBytes } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashToken } from '../../src/api/auth/credentials.js';
import { type Service, startService } from './service.js';

const PACKAGE = randomBytes(3_000);
const DIGEST = createHash('sha512').update(PACKAGE).digest('base64');
let service: Service;

beforeAll(async () => {
  service = await startService({ commandLine: PACKAGE, tokens: [{ name: 'ci', digest: hashToken('a-token') }] });
});
afterAll(() => service.close());

describe('the command line that a service hands out', () => {
  it('comes without credentials, as its integrity says', async () => {
    const { body: about } = await request(service.server).get('/cli.json').expect(200);
    expect(about).toEqual({
      name: 'packwarden',
      version: '1.2.3',
      path: '/cli.tgz',
      bytes: 3_000,
      integrity: `sha512-${DIGEST}`,
    });
    const { body, headers } = await request(service.server).get(about.path).responseType('blob').expect(200);
    expect(body.equals(PACKAGE)).toBe(true);
    expect(headers['repr-digest']).toBe(`sha-512=:${DIGEST}:`);
    expect(headers['content-type']).toBe('application/gzip');
  });

  it('is not sent again to a client that has it, and HEAD identifies it', async () => {
    const { headers, text } = await request(service.server).head('/cli.tgz').expect(200);
    expect([headers['content-length'], text]).toEqual(['3000', undefined]);
    await request(service.server).get('/cli.tgz').set('If-None-Match', String(headers.etag)).expect(304);
    await request(service.server).get('/cli.tgz').set('If-None-Match', '"sha512-older"').expect(200);
  });

  it('leaves everything else to those who show who they are', async () => {
    await request(service.server).get('/openapi.json').expect(401);
    await request(service.server).post('/cli.tgz').expect(405).expect('Allow', 'GET, HEAD');
  });
});

it('a service that was built without it says so', async () => {
  const without = await startService();
  const { body } = await request(without.server).get('/cli.tgz').expect(404);
  expect(body.reason).toContain('scripts/setup');
  await without.close();
});
