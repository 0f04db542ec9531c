import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Gateway } from '../../src/egress/gateway.js';
import { type GatewayIdentity, makeIdentity, type PrivateRegistry } from '../../src/egress/registry.js';
import { gatewayWith, keeper, securely } from './harness.js';

const kept = keeper();
const AUTHORIZATION = 'Bearer npm_SecretOfTheCompany';
const NAME = 'npm.corp.test';
const seen: { method: string; url: string; authorization: string | undefined; host: string | undefined }[] = [];
let registry: Server;
let port: number;
/** What the registry proves itself with, signed by the company's own authority: itself. */
let corporate: GatewayIdentity;
let identity: GatewayIdentity;
let known: readonly PrivateRegistry[];

beforeAll(async () => {
  corporate = await makeIdentity([{ url: `https://${NAME}/`, authorization: '' }]);
  registry = createServer(corporate, (request, response) => {
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, authorization: headers.authorization, host: headers.host });
    request.resume();
    if (url.startsWith('/npm/moved')) response.writeHead(302, { location: 'https://elsewhere.test/x.tgz' }).end();
    else response.end(`package ${url}`);
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
  port = (registry.address() as AddressInfo).port;
  known = [{ url: `https://${NAME}:${port}/npm/`, authorization: AUTHORIZATION }];
  identity = await makeIdentity(known);
});
afterAll(() => registry?.close());

function gateway(more: Parameters<typeof gatewayWith>[0] = {}): Promise<Gateway> {
  return gatewayWith({
    policy: { mode: 'registry', allow: [`${NAME}:${port}`] },
    names: { [NAME]: ['127.0.0.1'] },
    registries: { known, identity },
    ca: corporate.cert,
    ...more,
  }).then(kept);
}

/** One request, as a program in the sandbox sends it; it trusts the gateway's certificate alone. */
function ask(proxy: Gateway, head: string, body = ''): Promise<string> {
  const request = `${head}\r\nHost: ${NAME}:${port}\r\nConnection: close\r\n\r\n${body}`;
  return securely(proxy, `${NAME}:${port}`, identity.cert, request);
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
    const proxy = await gateway({ registries: { known: [...known, open], identity } });
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

  it('whose certificate nobody vouches for is not told the credentials', async () => {
    const proxy = await gateway({ ca: undefined });
    const before = seen.length;
    expect(await ask(proxy, 'GET /npm/x HTTP/1.1')).toMatch(/^HTTP\/1.1 502/);
    expect(seen).toHaveLength(before);
  });

  it('is out of reach in mode none', async () => {
    const proxy = await gateway({ policy: { mode: 'none' } });
    await expect(ask(proxy, 'GET /npm/x HTTP/1.1')).rejects.toThrow();
  });
});
