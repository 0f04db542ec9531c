import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { offSection } from '../../../src/gitlab/correlate/section.js';
import { GitlabError } from '../../../src/gitlab/errors.js';
import { Destinations } from '../../../src/gitlab/receive/destinations.js';
import {
  type EventLog,
  EventReceiver,
  type ReceivedEvent,
  type Rejected,
} from '../../../src/gitlab/receive/receiver.js';
import { document } from '../../gitlab/events.js';
import { type Service, startService } from '../service.js';

const TOKEN = '0123456789abcdef-one';
const PATH = '/gitlab/audit-events';
const FORM = 'application/x-www-form-urlencoded';
const one = JSON.stringify(document());

/** A log in memory, which a test can break. */
class MemoryLog implements EventLog {
  events: ReceivedEvent[] = [];
  rejected: Rejected[] = [];
  fault: GitlabError | undefined;

  async append(events: readonly ReceivedEvent[]): Promise<void> {
    if (this.fault !== undefined) throw this.fault;
    this.events.push(...events);
  }

  async quarantine(rejected: Rejected): Promise<void> {
    this.rejected.push(rejected);
  }
}

const log = new MemoryLog();
const destinations = Destinations.parse(
  JSON.stringify({
    destinations: [{ id: 'd1', instance: 'https://gitlab.example', tokens: [TOKEN, '0123456789abcdef-two'] }],
  }),
);
const receiver = new EventReceiver({ destinations, log, now: () => 1_000, logger: pino({ level: 'silent' }) });
let service: Service;

beforeAll(async () => {
  service = await startService({
    gitlab: {
      events: { receiver, path: PATH },
      alerts: { read: async () => ({ alerts: [], next: '0-0' }) },
      correlation: { sectionOf: async (_id, job) => offSection({ code: 'no-feed', message: '' }, job.context) },
    },
  });
});
afterAll(() => service.close());
beforeEach(() => {
  log.events = [];
  log.rejected = [];
  log.fault = undefined;
});

test('a second destination has another address: its query says only that', async () => {
  const sent = request(service.server)
    .post(`${PATH}?destination=2`)
    .set('X-Gitlab-Event-Streaming-Token', TOKEN)
    .type('json');
  await sent.send(one).expect(200);
  expect(log.events).toHaveLength(1);
});

const post = (body: string, headers: Record<string, string> = {}) =>
  request(service.server)
    .post(PATH)
    .set({ 'Content-Type': FORM, 'X-Gitlab-Event-Streaming-Token': TOKEN, ...headers })
    .send(body);

describe('audit events', () => {
  it('as GitLab sends them: stored byte for byte, then 200', async () => {
    const answer = await post(one, { 'X-Gitlab-Audit-Event-Type': 'repository_git_operation' });
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok', accepted: 1, rejected: 0 }]);
    expect(log.events).toMatchObject([
      {
        destination: { id: 'd1' },
        headerType: 'repository_git_operation',
        receivedAt: 1_000,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(String(log.events[0]?.raw)).toBe(one);
  });

  it('in batches, where one element is none: the others are stored', async () => {
    const answer = await post(`[${one}, 5, ${one}]`, { 'Content-Type': 'application/json' });
    expect([answer.status, answer.body]).toEqual([200, { status: 'ok', accepted: 2, rejected: 1 }]);
    expect([log.events.length, log.rejected.length]).toEqual([2, 1]);
  });

  it('with the second token of the destination', async () => {
    expect((await post(one, { 'X-Gitlab-Event-Streaming-Token': '0123456789abcdef-two' })).status).toBe(200);
  });

  it('need no credentials of the service, and give none', async () => {
    const answer = await request(service.server).post(PATH).set('Authorization', `Bearer ${TOKEN}`).send(one);
    expect(answer.status).toBe(401);
  });

  test.each<[string, number, string, string, Record<string, string>]>([
    ['no JSON', 400, 'not-audit-events', '{"a":', {}],
    ['nothing', 400, 'not-audit-events', '', {}],
    ['an empty token', 401, 'bad-audit-token', one, { 'X-Gitlab-Event-Streaming-Token': '' }],
    ['a wrong token', 401, 'bad-audit-token', one, { 'X-Gitlab-Event-Streaming-Token': `${TOKEN}x` }],
    ['25 MiB and a byte', 413, 'too-large', ' '.repeat(25 * 1024 ** 2 + 1), {}],
  ])('%s: %d %s, and nothing is stored', async (_what, status, code, body, headers) => {
    const answer = await post(body, headers);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(log.events).toEqual([]);
    expect(log.rejected).toHaveLength(status === 401 ? 0 : 1);
  });

  it('an event of 24 MB is stored', async () => {
    const large = JSON.stringify(document({}, { custom_message: 'x'.repeat(24_000_000) }));
    expect((await post(large)).body).toMatchObject({ accepted: 1 });
  });

  test.each(['GET', 'PUT', 'DELETE'])('%s is not taken, and a query string is no event', async (method) => {
    const asked = request(service.server)[method.toLowerCase() as 'get'](`${PATH}?${encodeURIComponent(one)}`);
    expect((await asked.set('X-Gitlab-Event-Streaming-Token', TOKEN)).status).toBe(405);
    expect(log.events).toEqual([]);
  });

  test.each<[string, string, number]>([
    ['the store is away', 'audit-store-unavailable', 503],
    ['too much waits', 'audit-backlog', 503],
  ])('%s: 503, for the sender to come again', async (_what, code, status) => {
    log.fault = new GitlabError(code as 'audit-backlog', 'not now');
    const answer = await post(one);
    expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([status, code, '10']);
  });

  it('a token split over two header lines, or there twice, is none', async () => {
    const raw = (lines: readonly string[]) =>
      new Promise<string>((resolve) => {
        const socket = connect(service.port, '127.0.0.1');
        const head = [
          `POST ${PATH} HTTP/1.1`,
          'Host: x',
          'Connection: close',
          `Content-Length: ${one.length}`,
          ...lines,
        ];
        socket.write(`${head.join('\r\n')}\r\n\r\n${one}`);
        let text = '';
        socket.on('data', (chunk) => {
          text += chunk;
        });
        socket.on('close', () => resolve(text.slice(9, 12)));
      });
    const header = (value: string) => `X-Gitlab-Event-Streaming-Token: ${value}`;
    expect(await raw([header(TOKEN.slice(0, 5)), header(TOKEN.slice(5))])).toBe('401');
    expect(await raw([header(TOKEN), header(TOKEN)])).toBe('401');
    expect(await raw([header('x'), header(TOKEN)])).toBe('401');
    expect(await raw([header(TOKEN).toUpperCase().replace(TOKEN.toUpperCase(), TOKEN)])).toBe('200');
  });

  it('a body that is cut off is no event, and a chunked one over the limit is 413', async () => {
    const open = (): ClientRequest =>
      httpRequest({
        port: service.port,
        method: 'POST',
        path: PATH,
        headers: { 'X-Gitlab-Event-Streaming-Token': TOKEN },
      });
    const cut = open();
    cut.on('error', () => undefined);
    cut.write(one);
    await new Promise((resolve) => setImmediate(resolve));
    cut.destroy();
    const large = open();
    const answered = once(large, 'response');
    large.on('error', () => undefined);
    for (let sent = 0; sent < 27; sent += 1) large.write(Buffer.alloc(1024 ** 2, ' '));
    large.end();
    const [answer] = (await answered) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    answer.destroy();
    expect(log.events).toEqual([]);
  });

  it('tokens never reach the log', () => {
    expect(service.log.join('')).not.toContain('0123456789abcdef');
  });
});
