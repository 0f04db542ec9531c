import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { IdTokens } from '../../src/gitlab/identity/id-token.js';

const AUDIENCE = 'https://packwarden.example';
const CLAIMS = {
  project_id: '42',
  project_path: 'acme/shop/web',
  namespace_id: '5',
  namespace_path: 'acme/shop',
  user_id: '7',
  user_login: 'alice',
  pipeline_id: '8001',
  job_id: '9001',
  runner_id: 3,
  ref: 'main',
  ref_type: 'branch',
  ref_protected: 'true',
  sha: 'abc',
};

let key: CryptoKey;
let otherKey: CryptoKey;
let server: Server;
let issuer = '';
/** What the issuer answers; tests change it. */
let respond: RequestListener;
let honest: RequestListener;
let asked: string[] = [];
let now = Date.now();

/** An issuer like GitLab: discovery, and keys under `/oauth/discovery/keys`. */
async function publish(
  keys: readonly { readonly kid: string; readonly publicKey: CryptoKey }[],
): Promise<RequestListener> {
  const set = {
    keys: await Promise.all(
      keys.map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg: 'RS256' })),
    ),
  };
  return (request, response) => {
    const isDiscovery = request.url === '/.well-known/openid-configuration';
    response.end(JSON.stringify(isDiscovery ? { issuer, jwks_uri: `${issuer}/oauth/discovery/keys` } : set));
  };
}

const pairs: { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey }[] = [];
beforeAll(async () => {
  pairs.push(await generateKeyPair('RS256'), await generateKeyPair('RS256'));
  key = pairs[0]?.privateKey as CryptoKey;
  otherKey = pairs[1]?.privateKey as CryptoKey;
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    respond(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  honest = await publish([{ kid: 'k1', publicKey: pairs[0]?.publicKey as CryptoKey }]);
  respond = honest;
});
afterEach(() => {
  respond = honest;
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Patient, so that a loaded machine is not taken for an issuer that hangs. */
const verifier = (timeoutMs = 10_000, projects = [issuer]) =>
  new IdTokens({ issuers: [issuer], audience: AUDIENCE, projects, now: () => now, timeoutMs });

function sign(
  claims: JWTPayload = {},
  options: { key?: CryptoKey; kid?: string; age?: number; audience?: string; iss?: string } = {},
) {
  const issuedAt = Math.floor(now / 1000) - (options.age ?? 10);
  return new SignJWT({ ...CLAIMS, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: options.kid ?? 'k1' })
    .setIssuer(options.iss ?? issuer)
    .setAudience(options.audience ?? AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 300)
    .sign(options.key ?? key);
}

/** A token whose parts are as given. */
const forged = (header: object, payload: object, signature = 'AAAA') =>
  [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .concat(signature)
    .join('.');

describe('an ID token', () => {
  it('identifies the job: ids as texts, its start time', async () => {
    const context = await verifier().verify(await sign());
    expect(context).toMatchObject({
      verified: true,
      instance: issuer,
      projectId: '42',
      projectPath: 'acme/shop/web',
      jobId: '9001',
      runnerId: '3',
      userId: '7',
      refProtected: true,
      refType: 'branch',
      isOfFork: undefined,
      startedAt: (Math.floor(now / 1000) - 10) * 1000,
    });
  });

  it("of a fork's merge request is of the project that the job runs in", async () => {
    const claims = {
      project_id: '666',
      project_path: 'mallory/web',
      job_project_id: '42',
      job_project_path: 'acme/shop/web',
      job_namespace_id: '5',
    };
    const context = await verifier().verify(await sign(claims));
    expect(context).toMatchObject({ projectId: '42', projectPath: 'acme/shop/web', namespaceId: '5', isOfFork: true });
    expect(context.namespacePath).toBeUndefined();
  });

  test.each<[string, string, JWTPayload, boolean]>([
    ['the project', '/acme/shop/web', {}, true],
    ['its group', '/acme/shop', {}, true],
    ['a group above', '/ACME/', {}, true],
    ['the whole instance', '', {}, true],
    ['a group that only begins alike', '/acme/sh', {}, false],
    ['another project of the group', '/acme/shop/api', {}, false],
    ['a project below it', '/acme/shop/web/more', {}, false],
    ['its group, of a token without a path', '/acme/shop', { project_path: undefined }, false],
    [
      'its group, of a path that leads out of another one',
      '/acme/shop',
      { project_path: 'acme/shop/../../evil/x' },
      false,
    ],
    [
      'the fork that a merge request is from',
      '/mallory',
      { job_project_id: '42', job_project_path: 'acme/shop/web', project_path: 'mallory/web' },
      false,
    ],
  ])('is let in where the operator named %s: %s', async (_title, path, claims, isLetIn) => {
    const verified = verifier(10_000, [issuer + path]).verify(await sign(claims));
    if (isLetIn) await expect(verified).resolves.toMatchObject({ projectId: '42' });
    else
      await expect(verified).rejects.toMatchObject({
        code: 'bad-id-token',
        message: expect.stringMatching(/its project may not submit/),
      });
  });

  test.each<[string, () => Promise<string> | string]>([
    ['forged: signed by another key', () => sign({}, { key: otherKey })],
    ['signed by a key that the issuer does not have', () => sign({}, { key: otherKey, kid: 'k2' })],
    ['expired', () => sign({}, { age: 3_600 })],
    ['issued in the future, and so valid later', () => sign({ nbf: Math.floor(now / 1000) + 3_600 })],
    ['for another audience', () => sign({}, { audience: 'https://vault.example' })],
    ['of an issuer that is not trusted', () => sign({}, { iss: 'https://gitlab.evil.example' })],
    ['of an issuer that only begins alike', () => sign({}, { iss: `${issuer}.evil.example` })],
    ['of no job of a project', () => sign({ project_id: undefined })],
    ['with a project that is no number', () => sign({ project_id: '../42' })],
    [
      'unsigned: alg none',
      () => new UnsecuredJWT(CLAIMS).setIssuer(issuer).setAudience(AUDIENCE).setExpirationTime('5m').encode(),
    ],
    [
      'signed with the public key as a secret',
      () => forged({ alg: 'HS256', kid: 'k1' }, { ...CLAIMS, iss: issuer, aud: AUDIENCE, exp: 9e9 }),
    ],
    [
      'with a key of its own in its header',
      () =>
        forged({ alg: 'RS256', jku: 'https://evil.example/keys' }, { ...CLAIMS, iss: issuer, aud: AUDIENCE, exp: 9e9 }),
    ],
    ['without an end', () => forged({ alg: 'RS256', kid: 'k1' }, { ...CLAIMS, iss: issuer, aud: AUDIENCE })],
    ['empty', () => '..'],
    ['no JSON', () => 'eyJ.eyJ.eyJ'],
    ['cut', async () => (await sign()).slice(0, -5)],
    ['of 100 KB', () => sign({ padding: 'x'.repeat(100_000) })],
  ])('%s: is refused', async (_what, make) => {
    await expect(verifier().verify(await make())).rejects.toMatchObject({ code: 'bad-id-token' });
  });
});

describe('an issuer', () => {
  it('is asked once, however many tokens come', async () => {
    const tokens = verifier();
    const one = await sign();
    await Promise.all(Array.from({ length: 20 }, () => tokens.verify(one)));
    await tokens.verify(one);
    expect(asked).toEqual(['/.well-known/openid-configuration', '/oauth/discovery/keys']);
  });

  it('that gets a new key is asked again, and not for every unknown one', async () => {
    const tokens = verifier();
    await tokens.verify(await sign());
    respond = await publish(pairs.map(({ publicKey }, index) => ({ kid: `k${index + 1}`, publicKey })));
    const rotated = () => sign({}, { key: otherKey, kid: 'k2' });
    await expect(tokens.verify(await rotated())).rejects.toMatchObject({ code: 'bad-id-token' });
    now += 31_000;
    await expect(tokens.verify(await rotated())).resolves.toMatchObject({ projectId: '42' });
    expect(asked).toHaveLength(4);
  });

  test.each<[string, RequestListener]>([
    ['hangs', () => undefined],
    ['answers an error', (_request, response) => response.writeHead(500).end()],
    ['leads elsewhere', (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
    ['answers HTML', (_request, response) => response.end('<html>')],
    [
      'names another issuer',
      (_request, response) => response.end(JSON.stringify({ issuer: 'https://x', jwks_uri: `${issuer}/k` })),
    ],
    [
      'has its keys on another host',
      (_request, response) => response.end(JSON.stringify({ issuer, jwks_uri: 'http://127.0.0.2:1/keys' })),
    ],
    [
      'has no keys',
      (request, response) =>
        response.end(JSON.stringify(request.url?.includes('keys') ? {} : { issuer, jwks_uri: `${issuer}/keys` })),
    ],
    [
      'never stops answering',
      (_request, response) => {
        const more = setInterval(() => response.write('x'.repeat(65_536)), 1);
        response.once('close', () => clearInterval(more));
      },
    ],
  ])('that %s makes it "not now", and does not hold up the next submission', async (_what, answer) => {
    respond = answer;
    const tokens = verifier(1_000);
    const one = await sign();
    await expect(tokens.verify(one)).rejects.toMatchObject({ code: 'issuer-unavailable' });
    const before = asked.length;
    await expect(tokens.verify(one)).rejects.toMatchObject({ code: 'issuer-unavailable' });
    expect(asked).toHaveLength(before);
    respond = honest;
    now += 11_000;
    await expect(tokens.verify(await sign())).resolves.toMatchObject({ verified: true });
  });

  it('that is away does not take away keys that were good', async () => {
    const tokens = verifier();
    await tokens.verify(await sign());
    respond = (_request, response) => response.writeHead(500).end();
    now += 2 * 3_600_000;
    await expect(tokens.verify(await sign())).resolves.toMatchObject({ projectId: '42' });
  });
});
