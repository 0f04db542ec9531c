import { execFile } from 'node:child_process';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { GatewayError } from './errors.js';
import type { Target } from './target.js';

const run = promisify(execFile);

/** A package registry that wants credentials, which the gateway has and the sandbox has not; or one on the same host that wants none. */
export interface PrivateRegistry {
  /** `https://host[:port]/path/`; the credentials are for what lies below it. */
  readonly url: string;
  /** Value of the `Authorization` header. */
  readonly authorization?: string | undefined;
}

/** Proves to the programs in one sandbox that the gateway speaks for the private registries. */
export interface GatewayIdentity {
  /** PEM. The sandbox trusts `cert`, which is good for the registries' hosts alone; `key` never enters it. */
  readonly cert: string;
  readonly key: string;
}

const DAYS = 2;

/** Where a registry is. */
export function targetOf(registry: PrivateRegistry): Target {
  const { hostname, port } = new URL(registry.url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) };
}

/** A new key with a certificate for the registries' hosts. Node makes none, hence openssl. @throws GatewayError `no-identity` */
export async function makeIdentity(registries: readonly PrivateRegistry[]): Promise<GatewayIdentity> {
  const hosts = [...new Set(registries.map((registry) => targetOf(registry).host))];
  const names = hosts.map((host) => (isIP(host) === 0 ? `DNS:${host}` : `IP:${host}`)).join(',');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '-'];
  // It vouches for itself and for nothing else. rustls (pnpm) takes no authority for a server.
  const extensions = ['-addext', `subjectAltName=${names}`, '-addext', 'basicConstraints=critical,CA:FALSE'];
  const more = ['-subj', '/CN=packwarden gateway', ...extensions, '-days', String(DAYS)];
  try {
    const { stdout } = await run('openssl', ['req', '-x509', ...key, ...more], { timeout: 10_000 });
    const blocks = stdout.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----\n/g) ?? [];
    const find = (kind: string): string => blocks.find((block) => block.includes(`${kind}-----`)) ?? '';
    return { key: find('PRIVATE KEY'), cert: find('CERTIFICATE') };
  } catch (cause) {
    throw new GatewayError('no-identity', 'openssl could not make a certificate for the private registries', { cause });
  }
}
