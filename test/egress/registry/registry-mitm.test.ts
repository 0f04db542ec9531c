import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gateway } from '../../../src/egress/gateway.js';
import type { KnownRegistry } from '../../../src/egress/registry/known-registry.js';
import { Authority } from '../../../src/egress/upstream/authority.js';
import { gatewayWith, keeper, securely } from '../harness.js';

const kept = keeper();
const AUTHORIZATION = 'Bearer npm_SecretOfTheCompany';
const NAME = 'npm.corp.test';
const seen: { method: string; url: string; authorization: string | undefined; host: string | undefined }[] = [];
let registry: Server;
let port: number;
/** What the registry proves itself with, signed by the company's own authority: itself. */
const corporate = new Authority(Date.now());
let known: readonly KnownRegistry[];

beforeAll(async () => {
  registry = createServer(corporate.identityOf(NAME), (request, response) => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, authorization: headers.authorization, host: headers.host });
    request.resume();
    if (url.startsWith('/npm/moved')) response.writeHead(302, { location: 'https://elsewhere.test/x.tgz' }).end();
    else response.end(`package ${url}`);
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  port = (registry.address() as AddressInfo).port;
  known = [{ url: `https://${NAME}:${port}/npm/`, authorization: AUTHORIZATION }];
});
afterAll(() => registry?.close());

function gateway(more: Parameters<typeof gatewayWith>[0] = {}): Promise<Gateway> {
  return gatewayWith({
    policy: { mode: 'registry', allow: [`${NAME}:${port}`] },
    names: { [NAME]: ['127.0.0.1'] },
    registries: known,
    ca: corporate.cert,
    ...more,
  }).then(kept);
}

/** One request, as a program in the sandbox sends it; it trusts the gateway's certificate alone. */
function ask(proxy: Gateway, head: string, body = ''): Promise<string> {
  const request = `${head}\r\nHost: ${NAME}:${port}\r\nConnection: close\r\n\r\n${body}`;
  return securely(proxy, `${NAME}:${port}`, proxy.authority, request);
}

describe('a private registry', () => {
  it('gets the credentials from the gateway; the program in the sandbox has none', async () => {
    const proxy = await gateway();
    expect(await ask(proxy, 'GET /npm/left-pad HTTP/1.1')).toContain('package /npm/left-pad');
    expect(seen.at(-1)).toEqual({
      method: 'GET',
      url: '/npm/left-pad',
      authorization: AUTHORIZATION,
      host: `${NAME}:${port}`,
    });
    expect(proxy.records()).toEqual([
      expect.objectContaining({ host: NAME, allowed: true, bytesReceived: expect.any(Number) }),
    ]);
    expect(JSON.stringify(proxy.records())).not.toContain('SecretOfTheCompany');
  });

  it('a package that knows credentials of its own does not choose which are sent', async () => {
    const proxy = await gateway();
    await ask(proxy, 'GET /npm/x HTTP/1.1\r\nAuthorization: Bearer stolen');
    expect(seen.at(-1)?.authorization).toBe(AUTHORIZATION);
  });

  it('a redirect is handed on as it is: the client follows it through the policy, without the credentials', async () => {
    const proxy = await gateway();
    const answer = await ask(proxy, 'GET /npm/moved HTTP/1.1');
    expect(answer).toMatch(/^HTTP\/1.1 302 /);
    expect(answer.toLowerCase()).toContain('location: https://elsewhere.test/x.tgz');
    expect(answer).not.toContain('SecretOfTheCompany');
    expect(proxy.records()).toHaveLength(1);
  });

  it("is not published to in the company's name", async () => {
    const proxy = await gateway();
    const before = seen.length;
    const answer = await ask(proxy, 'PUT /npm/evil HTTP/1.1\r\nContent-Length: 2', '{}');
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
    expect(answer.toLowerCase()).toContain('\r\nallow: get, head\r\n');
    expect(seen).toHaveLength(before);
    expect(proxy.records()).toContainEqual(expect.objectContaining({ host: NAME, port, allowed: false }));
  });

  it.each(['/npm/-/whoami', '/npm/..;/..;/service/rest', '/npm/auth/corp', '/other/x'])(
    'is asked for nothing but packages: %s is refused, and on record',
    async (path) => {
      const proxy = await gateway();
      const before = seen.length;
      expect(await ask(proxy, `GET ${path} HTTP/1.1`)).toMatch(/^HTTP\/1.1 403 /);
      expect(seen).toHaveLength(before);
      expect(proxy.records()).toContainEqual(expect.objectContaining({ host: NAME, port, allowed: false }));
    },
  );

  it('beside one that wants no credentials, on the same host, keeps its own', async () => {
    const open = { url: `https://${NAME}:${port}/open/` };
    const proxy = await gateway({ registries: [...known, open] });
    expect(await ask(proxy, 'GET /open/x HTTP/1.1')).toContain('package /open/x');
    expect(seen.at(-1)?.authorization).toBeUndefined();
    expect(await ask(proxy, 'GET /npm/x HTTP/1.1')).toContain('package /npm/x');
    expect(seen.at(-1)?.authorization).toBe(AUTHORIZATION);
  });

  it('what is sent to it is read for planted secrets', async () => {
    const value = 'glpat-Xk29fQpL7vRt3WsZ8yBn';
    const proxy = await gateway({ secrets: [{ name: 'GitLab token', value }] });
    await ask(proxy, `POST /npm/evil HTTP/1.1\r\nContent-Length: ${value.length}`, value);
    expect(proxy.leaks()).toEqual([expect.objectContaining({ secret: 'GitLab token', host: NAME, where: 'body' })]);
  });

  it.each([
    [
      'in place of which the credentials are sent is not told of',
      'GET /npm/x HTTP/1.1\r\nAuthorization: Bearer',
      false,
    ],
    ['in what is refused is told of', 'GET /npm/-/whoami HTTP/1.1\r\nAuthorization: Bearer', true],
    ['in another header is told of', 'GET /npm/x HTTP/1.1\r\nX-Found:', true],
  ])('a planted token %s', async (_what, head, isLeak) => {
    const value = 'npm_Xk29fQpL7vRt3WsZ8yBnXk29fQpL7vRt3Wsz';
    const proxy = await gateway({ secrets: [{ name: 'npm token', value }] });
    await ask(proxy, `${head} ${value}`);
    const leak = expect.objectContaining({ secret: 'npm token', host: NAME, where: 'header' });
    expect(proxy.leaks()).toEqual(isLeak ? [leak] : []);
  });

  it('with an untrusted certificate never receives the credentials', async () => {
    const proxy = await gateway({ ca: undefined });
    const before = seen.length;
    expect(await ask(proxy, 'GET /npm/x HTTP/1.1')).toMatch(/^HTTP\/1.1 502/);
    expect(seen).toHaveLength(before);
    expect(proxy.records()[0]?.unread).toEqual([{ reason: 'bad-certificate', serverName: null, count: 1 }]);
  });

  it('is out of reach in mode none', async () => {
    const proxy = await gateway({ policy: { mode: 'none' } });
    await expect(ask(proxy, 'GET /npm/x HTTP/1.1')).rejects.toThrow();
  });
});

describe('a host that the operator permitted', () => {
  /** It is no registry here. */
  const passing = (more: Parameters<typeof gatewayWith>[0] = {}) => gateway({ registries: [], ...more });

  it('is sent what was sent, whatever it is, and it is on record', async () => {
    const proxy = await passing();
    const answer = await ask(proxy, 'POST /npm/-/whoami?x=1 HTTP/1.1\r\nContent-Length: 2', 'hi');
    expect(answer).toContain('package /npm/-/whoami?x=1');
    expect(seen.at(-1)).toMatchObject({ method: 'POST', url: '/npm/-/whoami?x=1', host: `${NAME}:${port}` });
    const request = { method: 'POST', path: '/npm/-/whoami?x=1', body: 'hi', status: 200 };
    expect(proxy.records()).toEqual([
      expect.objectContaining({ host: NAME, allowed: true, requests: [expect.objectContaining(request)] }),
    ]);
  });

  it('with an untrusted certificate receives nothing', async () => {
    const proxy = await passing({ ca: undefined });
    const before = seen.length;
    expect(await ask(proxy, 'POST /x HTTP/1.1\r\nContent-Length: 2', 'hi')).toMatch(/^HTTP\/1.1 502/);
    expect(seen).toHaveLength(before);
    expect(proxy.records()[0]?.unread).toEqual([{ reason: 'bad-certificate', serverName: null, count: 1 }]);
  });

  it('never receives the body of a GET, nor what hides in it', async () => {
    const proxy = await passing();
    const before = seen.length;
    const evil = `PUT /evil HTTP/1.1\r\nHost: ${NAME}\r\n\r\n`;
    await ask(proxy, `GET /x HTTP/1.1\r\nContent-Length: ${evil.length}`, evil);
    expect(seen.slice(before).map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /x']);
  });
});

describe('the packages that a registry was asked for', () => {
  it('are kept with what it answered', async () => {
    const proxy = await gateway();
    for (const path of ['left-pad', '@corp%2finner', 'left-pad/-/left-pad-1.0.0.tgz']) {
      await ask(proxy, `GET /npm/${path} HTTP/1.1`);
    }
    expect(proxy.asks().map(({ name, kind, status }) => [name, kind, status])).toEqual([
      ['left-pad', 'document', 200],
      ['@corp/inner', 'document', 200],
      ['left-pad', 'package', 200],
    ]);
    expect(proxy.asks()[0]?.asked[0]?.clientPort).toEqual(expect.any(Number));
  });
});
