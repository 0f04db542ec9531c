import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashToken } from '../../../src/api/auth/credentials.js';
import { packProject } from '../../support/tarballs.js';
import { type Service, startService } from '../service.js';

let service: Service;
let tarball: Buffer;
let other: Buffer;
beforeAll(async () => {
  const tokens = ['ci', 'else'].map((name) => ({ name, digest: hashToken(name) }));
  service = await startService({ tokens });
  tarball = await packProject({ 'package.json': { name: 'app', version: '1.0.0' } });
  other = await packProject({ 'package.json': { name: 'app', version: '2.0.0' } });
});
afterAll(() => service.close());

const send = (body: Buffer, key: string, token = 'ci', path = '/v1/jobs?ecosystem=npm') =>
  request(service.server)
    .post(path)
    .set('Content-Type', 'application/octet-stream')
    .set('Authorization', `Bearer ${token}`)
    .set('Idempotency-Key', key)
    .send(body);

describe('Idempotency-Key', () => {
  test('the same upload again, also twice at once and by the legacy route, is the same job, kept once', async () => {
    const before = (await service.spooled()).length;
    const [one, two] = await Promise.all([send(tarball, 'a'), send(tarball, 'a')]);
    const later = await send(tarball, 'a', 'ci', '/monitor/project/npm');
    expect([one.status, two.status, later.status]).toEqual([202, 202, 200]);
    expect(new Set([one.body.id, two.body.id, later.body.id]).size).toBe(1);
    expect(await service.spooled()).toHaveLength(before + 1);
  });

  test('another submitter with the same key gets a job of his own', async () => {
    const [mine, his] = [await send(tarball, 'b'), await send(tarball, 'b', 'else')];
    expect(his.body.id).not.toBe(mine.body.id);
  });

  test('a key that comes again with another body: 422, and the first job is as it was', async () => {
    const first = await send(tarball, 'c');
    const before = await service.spooled();
    const second = await send(other, 'c');
    expect(second.status).toBe(422);
    expect(second.body).toMatchObject({ status: 'error', code: 'key-reused' });
    expect(await service.spooled()).toEqual(before);
    expect((await send(tarball, 'c')).body.id).toBe(first.body.id);
  });

  test('a refused upload does not use the key up', async () => {
    expect((await send(gzipSync('no tar'), 'd')).status).toBe(400);
    expect((await send(tarball, 'd')).status).toBe(202);
  });

  test.each([
    ['with a space', 'a b'],
    ['too long', 'x'.repeat(256)],
    ['empty', ''],
  ])('a key %s: 400', async (_title, key) => {
    expect((await send(tarball, key)).status).toBe(400);
  });
});
