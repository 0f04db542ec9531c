import { get as httpGet, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../support/service-process.js';
import { ID, job, report } from '../reports.js';
import { type Service, startService } from '../service.js';

let service: Service;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service.close());

beforeEach(() => service.queue.views.clear());

/** A client that follows a job; `text` grows, `ended` resolves when the server has closed the stream. */
async function follow(id: string) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    httpGet({ port: service.port, path: `/v1/jobs/${id}/events` }, resolve).on('error', reject);
  });
  const stream = { response, text: '', ended: new Promise((resolve) => response.once('close', resolve)) };
  response.setEncoding('utf8').on('data', (chunk: string) => {
    stream.text += chunk;
  });
  return stream;
}

const states = (text: string) => [...text.matchAll(/^data: (.*)$/gm)].map((row) => JSON.parse(row[1] ?? ''));

test('sends the state at once, each change, and the verdict at the end', async () => {
  service.queue.views.set(ID, job());
  const stream = await follow(ID);
  expect(stream.response.headers['content-type']).toMatch(/^text\/event-stream/);
  await eventually('told that it waits', 5_000, () => stream.text.includes('queued') || undefined);
  service.queue.change(job({ state: 'installing' }));
  await eventually('told that it installs', 5_000, () => stream.text.includes('installing') || undefined);
  service.queue.change(job({ state: 'installing' }));
  service.queue.change(job({ state: 'finished', report: report() }));
  await stream.ended;
  expect(states(stream.text)).toEqual([
    { id: ID, status: 'queued' },
    { id: ID, status: 'installing' },
    { id: ID, status: 'finished', verdict: 'clean' },
  ]);
  expect(service.queue.listeners).toBe(0);
});

test('of a job at its end: the verdict, and no more', async () => {
  service.queue.views.set(ID, job({ state: 'finished', report: report() }));
  const stream = await follow(ID);
  await stream.ended;
  expect(states(stream.text)).toEqual([{ id: ID, status: 'finished', verdict: 'clean' }]);
});

test('a client that leaves, and a job that is removed, leave nothing behind', async () => {
  service.queue.views.set(ID, job());
  const [left, removed] = [await follow(ID), await follow(ID)];
  left.response.destroy();
  await eventually('told', 5_000, () => removed.text.includes('queued') || undefined);
  await service.queue.remove(ID);
  service.queue.notify(ID);
  await removed.ended;
  await eventually('nobody listens', 5_000, () => service.queue.listeners === 0 || undefined);
});

test('a queue that is away for a moment does not end the stream', async () => {
  service.queue.views.set(ID, job());
  const stream = await follow(ID);
  await eventually('told', 5_000, () => stream.text.includes('queued') || undefined);
  service.queue.down = true;
  service.queue.notify(ID);
  service.queue.down = false;
  service.queue.change(job({ state: 'finished', report: report() }));
  await stream.ended;
  expect(stream.text).toContain('"verdict":"clean"');
});

test('the five-hundred-and-first client is sent away, and comes in when another one leaves', async () => {
  service.queue.views.set(ID, job());
  const streams = await Promise.all(Array.from({ length: 500 }, () => follow(ID)));
  const refused = await follow(ID);
  await refused.ended;
  expect(refused.response.statusCode).toBe(503);
  expect(JSON.parse(refused.text)).toMatchObject({ status: 'error', code: 'too-many-streams' });
  for (const { response } of streams) response.destroy();
  const late = await eventually('let in', 5_000, async () => {
    const stream = await follow(ID);
    return stream.response.statusCode === 200 ? stream : undefined;
  });
  late.response.destroy();
});

test('no such job: 404 in JSON', async () => {
  const stream = await follow(ID);
  await stream.ended;
  expect(stream.response.statusCode).toBe(404);
});

test('a service that stops ends its streams', async () => {
  service.queue.views.set(ID, job());
  const stream = await follow(ID);
  service.stopping.abort();
  await stream.ended;
  expect(stream.text).toContain('queued');
});
