import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { pino } from 'pino';
import request from 'supertest';
import { beforeEach, describe, expect, it } from 'vitest';
import { falcoRoutes } from '../../../src/api/alerts/falco-alerts.js';
import { errorHandler } from '../../../src/api/refuse.js';
import { createApiServer } from '../../../src/api/server.js';
import type { Alert } from '../../../src/falco/alert.js';
import { HttpAlertSource } from '../../../src/falco/http-source.js';
import { RawClient } from '../raw-client.js';

const RECORDED = fileURLToPath(new URL('../../../../shared/falco/alerts/stdout-scenario.jsonl', import.meta.url));
const SECRET = 'a-secret-of-this-test';
const log = pino({ level: 'silent' });

let alerts: Alert[];
let malformed: string[];
let app: express.Express;

beforeEach(() => {
  alerts = [];
  malformed = [];
  const source = new HttpAlertSource(log);
  source.start({
    alert: (alert) => alerts.push(alert),
    malformed: (reason) => malformed.push(reason),
    connected: () => undefined,
    disconnected: () => undefined,
  });
  app = express();
  app.use(falcoRoutes({ secret: SECRET, receive: (body) => source.receive(body) }));
  app.use(errorHandler(log));
});

const post = (body: string, secret = SECRET) =>
  request(app).post(`/falco/alerts/${secret}`).set('Content-Type', 'application/json').send(body);

describe('a Falco >= 0.44 posts its alerts', () => {
  it('answers 100 Continue at once when libcurl asks, and only with the right secret', async () => {
    const server = createApiServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const ask = (secret: string): RawClient => {
      const client = new RawClient((server.address() as AddressInfo).port);
      client.send(
        `POST /falco/alerts/${secret} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`,
      );
      return client;
    };
    const client = ask(SECRET);
    await client.until('100 Continue');
    client.send('{}');
    await client.until('204 No Content');
    const stranger = ask('another-secret-of-16');
    expect(await stranger.until('}')).not.toContain('100 Continue');
    client.socket.destroy();
    stranger.socket.destroy();
    server.close();
  });

  it.skipIf(!existsSync(RECORDED))('takes what a real Falco wrote, with every digit', async () => {
    const lines = readFileSync(RECORDED, 'utf8').trim().split('\n');
    for (const line of lines) expect((await post(line)).status).toBe(204);
    expect(alerts).toHaveLength(lines.length);
    const first = JSON.parse(lines[0] ?? '{}') as { rule: string; time: string };
    expect(alerts[0]?.rule).toBe(first.rule);
    expect(String(alerts[0]?.time.nanos).padStart(9, '0')).toBe(/\.(\d{9})Z/.exec(first.time)?.[1]);
  });

  it('is a closed door for who does not know the secret', async () => {
    const answer = await post('{}', 'another-secret-of-16');
    expect(answer.status).toBe(404);
    expect(alerts).toEqual([]);
    expect(malformed).toEqual([]);
  });

  it.each([
    ['what is no alert', '{"hello":1}'],
    ['what is no JSON', 'Warning something'],
    ['an empty body', ''],
    ['a body over the limit', `{"output":"${'x'.repeat(2 * 1024 * 1024)}"}`],
  ])('answers 204 to %s, and counts it as lost', async (_title, body) => {
    expect((await post(body)).status).toBe(204);
    expect(malformed).toHaveLength(1);
  });
});
