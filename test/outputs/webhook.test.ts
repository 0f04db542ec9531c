import { createHmac } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { webhook } from '../../src/outputs/webhook.js';
import { finding, ID } from '../api/reports.js';
import { endedJob, never, progressFrom, receiver } from './receiver.js';

let close = (): void => undefined;
afterEach(() => close());

const TEXT = 'a secret of thirty characters!';
const KEY = Buffer.from('0123456789abcdef0123456789abcdef');

it.each([
  ['any text', TEXT, Buffer.from(TEXT)],
  ['whsec_ and base64', `whsec_${KEY.toString('base64')}`, KEY],
])('a document is signed by %s, and has the same id each time', async (_title, secret, key) => {
  const server = await receiver(() => ({ status: 204 }));
  close = server.close;
  let now = 1_795_224_943_900;
  const output = webhook({ url: server.url, secret, now: () => now });
  const job = endedJob({ verdict: 'findings', findings: [finding()] }, { projectPath: 'group/app' });
  await output.send(job, progressFrom(), never);
  now += 60_000;
  await output.send(job, progressFrom(), never);
  const [first, second] = server.received;
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = first?.headers ?? {};
  expect([id, time]).toEqual([`job-${ID}`, '1795224943']);
  expect(signature).toBe(`v1,${createHmac('sha256', key).update(`${id}.${time}.${first?.body}`).digest('base64')}`);
  expect(second?.headers['idempotency-key']).toBe(id);
  expect(second?.headers['webhook-signature']).not.toBe(signature);
  expect(JSON.parse(first?.body ?? '')).toMatchObject({
    type: 'job.finished',
    verdict: 'findings',
    reason: '1 finding at or above WARNING',
    project: 'group/app',
    findings: [{ priority: 'WARNING', package: { name: 'evil-dep', version: '1.0.0' } }],
  });
});

it('of very many findings the first hundred are sent, with the total count', async () => {
  const server = await receiver(() => ({ status: 200 }));
  close = server.close;
  const findings = Array.from({ length: 500 }, () => finding());
  await webhook({ url: server.url, secret: TEXT, now: () => 0 }).send(endedJob({ findings }), progressFrom(), never);
  const document = JSON.parse(server.received[0]?.body ?? '');
  expect([document.findingCount, document.findings.length]).toEqual([500, 100]);
});

it('a receiver that hangs up is tried again later', async () => {
  const server = await receiver(() => 'nothing');
  close = server.close;
  const sent = webhook({ url: server.url, secret: TEXT, now: () => 0 }).send(endedJob(), progressFrom(), never);
  await expect(sent).rejects.toMatchObject({ code: 'output-failed' });
});
