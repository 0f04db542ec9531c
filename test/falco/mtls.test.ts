import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GrpcAlertSource } from '../../src/falco/grpc-source.js';
import { FalcoServer } from './falco-server.js';
import { message, Notes, scratch, sourceOf, until } from './harness.js';

let folder: Awaited<ReturnType<typeof scratch>>;
let server: FalcoServer;
let source: GrpcAlertSource | undefined;

const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder.path, stdio: 'pipe' });
const pem = (name: string) => readFileSync(join(folder.path, name));

/** A certificate `name.crt` with its key, signed by `authority`. */
function certificate(name: string, authority: string): void {
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    `/CN=${name}`,
  );
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-CA',
    `${authority}.crt`,
    '-CAkey',
    `${authority}.key`,
    '-CAcreateserial',
    '-days',
    '1',
    '-out',
    `${name}.crt`,
  );
}

function authority(name: string): void {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.crt`,
    '-subj',
    `/CN=${name}`,
    '-days',
    '1',
  );
}

beforeAll(async () => {
  folder = await scratch();
  authority('ca');
  authority('stranger-ca');
  certificate('localhost', 'ca');
  certificate('client', 'ca');
  certificate('stranger', 'stranger-ca');
  const tls = { ca: pem('ca.crt'), cert: pem('localhost.crt'), key: pem('localhost.key') };
  server = await new FalcoServer().start('localhost:0', tls);
});

afterEach(async () => {
  await source?.stop();
});

afterAll(async () => {
  server.kill();
  await folder.remove();
});

function clientOf(ca: string, name: string): GrpcAlertSource {
  const tls = { ca: pem(`${ca}.crt`), cert: pem(`${name}.crt`), key: pem(`${name}.key`) };
  source = sourceOf({ address: server.address, tls });
  return source;
}

describe('a Falco on host:port', () => {
  it('is reached with a certificate of its authority', async () => {
    const notes = new Notes();
    server.push(message());
    clientOf('ca', 'client').start(notes);
    await until(() => notes.alerts.length === 1);
  });

  it.each([
    ['with a certificate of another authority', 'ca', 'stranger'],
    ['when the server is of another authority', 'stranger-ca', 'client'],
  ])('is not reached %s', async (_what, ca, name) => {
    const notes = new Notes();
    const refused = clientOf(ca, name);
    refused.start(notes);
    await until(() => refused.status().lastError !== null);
    expect(notes.log).toEqual([]);
    expect(refused.status().connected).toBe(false);
  });
});
