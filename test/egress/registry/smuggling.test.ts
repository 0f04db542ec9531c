import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Gateway } from '../../../src/egress/gateway.js';
import type { KnownRegistry } from '../../../src/egress/registry/known-registry.js';
import { Authority } from '../../../src/egress/upstream/authority.js';
import { gatewayWith, keeper, securely } from '../harness.js';
import { TRIES } from './smuggling-table.js';

const kept = keeper();
const NAME = 'npm.corp.test';
const AUTHORIZATION = 'Bearer npm_SecretOfTheCompany';
/** Longer than the registry takes to answer, and than a program takes to write its next bytes. */
const SILENCE_MS = 300;

/** What came to the registry, by connection. */
const connections: string[] = [];
let open = 0;
let mostOpen = 0;
let registry: Server;
let known: readonly KnownRegistry[];
const corporate = new Authority(Date.now());

beforeAll(async () => {
  // No HTTP server: it would hide what another one reads otherwise. It leaves its connections open, for what may come behind.
  registry = createServer(corporate.identityOf(NAME), (socket) => {
    const index = connections.push('') - 1;
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    socket.on('close', () => {
      open -= 1;
    });
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      const before = connections[index] ?? '';
      connections[index] = before + bytes.toString('latin1');
      if (!before.includes('\r\n\r\n') && connections[index].includes('\r\n\r\n')) {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\nX-Answer: yes\r\n\r\npackage');
      }
    });
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  known = [{ url: `https://${NAME}:${port()}/npm/`, authorization: AUTHORIZATION }];
});
afterAll(() => registry?.close());
beforeEach(() => {
  connections.length = 0;
});

const port = (): number => (registry.address() as AddressInfo).port;

async function gateway(): Promise<Gateway> {
  const opened = await gatewayWith({
    policy: { mode: 'registry', allow: [`${NAME}:${port()}`] },
    names: { [NAME]: ['127.0.0.1'] },
    registries: known,
    ca: corporate.cert,
    caps: { refusedMs: 100 },
  });
  return kept(opened);
}

/** The statuses of the answers in what came back. */
function statusesIn(answer: string): number[] {
  return [...answer.matchAll(/(?:^|\n|package)HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/** Whom a refused request was for: with another Host it is for that one. */
function refusedFor(answers: readonly number[]): string[] {
  if (answers.every((status) => status === 200)) return [];
  return [answers.includes(421) ? 'evil.invalid' : NAME];
}

/** Of a head: its line, and its other lines in small letters. */
function read(message: string): { line: string; headers: Map<string, string>; behind: string } {
  const [head = '', ...behind] = message.split('\r\n\r\n');
  const [line = '', ...rest] = head.split('\r\n');
  const headers = rest.map((each) => [
    each.slice(0, each.indexOf(':')).toLowerCase(),
    each.slice(each.indexOf(':') + 2),
  ]);
  expect(new Set(headers.map(([name]) => name)).size).toBe(rest.length);
  return { line, headers: new Map(headers as [string, string][]), behind: behind.join('\r\n\r\n') };
}

describe('a private registry sees what was asked for and nothing else', () => {
  it.each(TRIES)('$what', async ({ bytes, answers, asked }) => {
    const proxy = await gateway();
    const answer = await securely(proxy, `${NAME}:${port()}`, proxy.authority, bytes, SILENCE_MS);
    expect(statusesIn(answer)).toEqual(answers);
    const messages = connections.map(read);
    expect(messages.map(({ line }) => line)).toEqual(asked);
    for (const { headers, behind } of messages) {
      expect(behind).toBe('');
      expect(Object.fromEntries(headers)).toEqual({
        host: `${NAME}:${port()}`,
        connection: 'close',
        'user-agent': 'packwarden',
        authorization: AUTHORIZATION,
      });
    }
    const refused = proxy.records().filter(({ allowed }) => !allowed);
    expect(refused.map(({ host }) => host)).toEqual(refusedFor(answers));
  });

  it('and the next request on the same connection is read from its beginning', async () => {
    const proxy = await gateway();
    const next = `GET /npm/next HTTP/1.1\r\nHost: ${NAME}\r\nUser-Agent: npm\r\nConnection: close\r\n\r\n`;
    await securely(
      proxy,
      `${NAME}:${port()}`,
      proxy.authority,
      `HEAD /npm/first HTTP/1.1\r\nHost: ${NAME}\r\n\r\n${next}`,
    );
    expect(connections.map((message) => read(message).line)).toEqual([
      'HEAD /npm/first HTTP/1.1',
      'GET /npm/next HTTP/1.1',
    ]);
    expect(read(connections[1] ?? '').headers.get('user-agent')).toBe('packwarden');
  });

  it('no more connections at a time than it is good for, however many requests are sent at once', async () => {
    const proxy = await gateway();
    const many = `GET /npm/x HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`.repeat(80);
    await securely(proxy, `${NAME}:${port()}`, proxy.authority, many, 1_000);
    expect(connections.map((message) => read(message).line)).toEqual(Array(80).fill('GET /npm/x HTTP/1.1'));
    expect(mostOpen).toBeLessThanOrEqual(32);
  });
});
