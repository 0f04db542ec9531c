import { randomBytes } from 'node:crypto';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../../../src/api/auth/authenticator.js';
import {
  formatToken,
  formatUser,
  hashPassword,
  parseTokens,
  parseUsers,
  type UserRecord,
} from '../../../src/api/auth/credentials.js';
import { PasswordGate } from '../../../src/api/auth/password-gate.js';
import { project } from '../../blobs/tar-writer.js';
import { ID, job } from '../reports.js';
import { type Service, startService } from '../service.js';

const TOKEN = randomBytes(24).toString('base64url');
const tokens = parseTokens(
  `# tokens of CI\n\n${formatToken('ci', TOKEN)}\n${formatToken('other', 'another-token')}\r\n`,
);
let users: readonly UserRecord[];
let service: Service;

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

beforeAll(async () => {
  users = parseUsers(await formatUser('anna', 'päss:word', randomBytes(16)));
  service = await startService({ tokens, users });
});

afterAll(() => service.close());

describe('a service with credentials', () => {
  test.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['a wrong token', 'Bearer wrong'],
    ['the hash of the token', `Bearer ${tokens[0]?.digest.toString('hex')}`],
    ['no token', 'Bearer '],
    ['a prefix of the token', `Bearer ${TOKEN.slice(0, -1)}`],
    ['a token as a password', basic('ci', TOKEN)],
    ['a wrong password', basic('anna', 'password')],
    ['no password', basic('anna', '')],
    ['an unknown user', basic('bert', 'päss:word')],
    ['no colon', `Basic ${Buffer.from('anna').toString('base64')}`],
    ['no base64', 'Basic ###'],
    ['another scheme', `Digest ${TOKEN}`],
  ])('%s: 401 with both challenges', async (_what, authorization) => {
    const asked = request(service.server).get('/');
    const answer = await (authorization === undefined ? asked : asked.set('Authorization', authorization));
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/Basic realm=.*Bearer realm=/);
    expect(answer.body).toMatchObject({ status: 'error', code: 'unauthorized' });
  });

  test.each([
    ['a token', () => `Bearer ${TOKEN}`, 'ci'],
    ['a token, scheme in lower case', () => `bearer ${TOKEN}`, 'ci'],
    ['a user', () => basic('anna', 'päss:word'), 'anna'],
    ['a user, password decomposed', () => basic('anna', 'päss:word'.normalize('NFD')), 'anna'],
  ])('%s is let in, and the job has its owner', async (_what, authorization, owner) => {
    const answer = await request(service.server)
      .post('/monitor/project/npm')
      .set({ 'Content-Type': 'application/octet-stream', Authorization: authorization() })
      .send(project());
    expect(answer.status).toBe(200);
    expect(service.queue.views.get(answer.body.id)?.owner).toBe(owner);
  });

  test('health needs none', async () => {
    for (const path of ['/healthz', '/readyz']) expect((await request(service.server).get(path)).status).toBe(200);
  });

  test("one client cannot remove another's job", async () => {
    service.queue.views.set(ID, job({ owner: 'ci' }));
    const remove = (token: string) =>
      request(service.server).delete(`/v1/jobs/${ID}`).set('Authorization', `Bearer ${token}`);
    expect((await remove('another-token')).status).toBe(403);
    expect((await remove(TOKEN)).status).toBe(204);
  });

  test('credentials never reach the log', async () => {
    await request(service.server).get('/').set('Authorization', 'Bearer top-secret-wrong-token');
    await request(service.server).get('/').set('Authorization', `Bearer ${TOKEN}`);
    await request(service.server).get(`/nowhere/top-secret-path`);
    const log = service.log.join('');
    for (const secret of [TOKEN, 'top-secret', 'päss']) expect(log).not.toContain(secret);
  });
});

/** An authenticator whose users are `users`. `now` is read at each look at the clock. */
function authenticatorOf(now: () => number, hash: typeof hashPassword) {
  return createAuthenticator({ tokens: [], users, clock: { now }, hashPassword: hash, secret: randomBytes(32) });
}

test('a hundred jobs of one user that poll at once are all let in, by one scrypt', async () => {
  let hashed = 0;
  const authenticator = authenticatorOf(
    () => 0,
    (password, salt) => {
      hashed += 1;
      return hashPassword(password, salt);
    },
  );
  const polls = Array.from({ length: 100 }, () => authenticator.authenticate(basic('anna', 'päss:word')));
  expect(new Set((await Promise.all(polls)).map((identity) => identity?.name))).toEqual(new Set(['anna']));
  expect(hashed).toBe(1);
});

test('a flood of unknown users costs scrypt like known ones, and who was let in is not held up by it', async () => {
  let now = 0;
  const guesses: string[] = [];
  let release: () => void = () => undefined;
  const flooded = new Promise<void>((resolve) => {
    release = resolve;
  });
  const authenticator = authenticatorOf(
    () => now,
    async (password, salt) => {
      if (salt.equals(users[0]?.salt ?? Buffer.of())) return hashPassword(password, salt);
      guesses.push(password);
      await flooded;
      return Buffer.alloc(32);
    },
  );
  const anna = () => authenticator.authenticate(basic('anna', 'päss:word'));
  await anna();
  const flood = Array.from({ length: 50 }, (_, index) => authenticator.authenticate(basic(`bert${index}`, `${index}`)));
  const outcomes = Promise.allSettled(flood);
  // The gate is full now: only who needs no scrypt passes.
  await expect(anna()).resolves.toMatchObject({ name: 'anna' });
  now += 5 * 60_000;
  await expect(anna()).rejects.toMatchObject({ status: 429 });
  expect(guesses).toEqual(['0', '1']);
  release();
  const [waited, refused] = [(await outcomes).slice(0, 34), (await outcomes).slice(34)];
  expect(waited).toEqual(waited.map(() => ({ status: 'fulfilled', value: undefined })));
  expect(guesses).toEqual(waited.map((_, index) => `${index}`));
  for (const outcome of refused) expect(outcome).toMatchObject({ status: 'rejected', reason: { status: 429 } });
  await expect(anna()).resolves.toMatchObject({ name: 'anna' });
});

test('a flood of passwords is refused with 429 instead of taking every thread, and passes', async () => {
  const gate = new PasswordGate();
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => gate.run(work)));
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(most).toBe(2);
  expect(refused).toHaveLength(16);
  for (const { reason } of refused) expect(reason).toMatchObject({ status: 429, code: 'too-many-attempts' });
  await expect(gate.run(() => Promise.reject(new Error('out of memory')))).rejects.toThrow('out of memory');
  await expect(gate.run(() => Promise.resolve('let in'))).resolves.toBe('let in');
});

describe('credential files', () => {
  const digest = 'ab'.repeat(32);
  const salt = 'cd'.repeat(16);

  test.each([
    ['no hash', 'ci'],
    ['an empty name', `:${digest}`],
    ['a name with a space', `c i:${digest}`],
    ['a short hash', 'ci:abcd'],
    ['a hash that is not hex', `ci:${'xy'.repeat(32)}`],
    ['a plain token', 'ci:glpat-1234567890'],
    ['too many parts', `ci:${digest}:${digest}`],
    ['a name twice', `ci:${digest}\nci:${digest}`],
  ])('a tokens file with %s is refused, and nothing of it is quoted', (_what, text) => {
    const broken = () => parseTokens(`# first line\n${text}`);
    expect(broken).toThrow(expect.objectContaining({ code: 'bad-credentials-file' }));
    expect(broken).toThrow(/^line [23] /);
    expect(broken).not.toThrow(/glpat|abcd/);
  });

  test.each([
    ['no salt', `anna:${digest}`],
    ['a short salt', `anna:abcd:${digest}`],
    ['a plain password', 'anna:hunter2'],
  ])('a users file with %s is refused', (_what, text) => {
    expect(() => parseUsers(text)).toThrow(expect.objectContaining({ code: 'bad-credentials-file' }));
  });

  test('empty files give no credentials', () => {
    expect(parseTokens('')).toEqual([]);
    expect(parseUsers('\n# nobody yet\n')).toEqual([]);
  });

  test('a users file is read back', () => {
    const [user] = parseUsers(`anna:${salt}:${digest}`);
    expect(user).toEqual({ name: 'anna', salt: Buffer.from(salt, 'hex'), digest: Buffer.from(digest, 'hex') });
  });
});

describe('a service without credentials answers to this machine', () => {
  let open: Service;
  beforeAll(async () => {
    open = await startService();
  });
  afterAll(() => open.close());

  test.each([
    ['localhost', 'localhost:3000', undefined, 200],
    ['its address', '127.0.0.1', undefined, 200],
    ['its address of version 6', '[::1]:3000', undefined, 200],
    ['a page of its own', '127.0.0.1:3000', 'http://127.0.0.1:3000', 200],
    ['a name that was made to lead here', 'attacker.example:3000', undefined, 403],
    ['a name that only begins alike', 'localhost.attacker.example', undefined, 403],
    ['a name that holds an address', '127.0.0.1.attacker.example', undefined, 403],
    ['a foreign page', '127.0.0.1:3000', 'https://attacker.example', 403],
    ['a page of no origin', '127.0.0.1:3000', 'null', 403],
    ['no name', '', undefined, 403],
  ])('%s: %s, %s', async (_what, host, origin, status) => {
    const asked = request(open.server).get('/v1/projects').set('Host', host);
    const answer = await (origin === undefined ? asked : asked.set('Origin', origin));
    expect(answer.status, answer.text).toBe(status);
    if (status === 403) expect(answer.body).toMatchObject({ code: 'foreign-host' });
  });
});
