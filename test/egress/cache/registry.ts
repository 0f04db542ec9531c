import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Ask } from '../../../src/egress/cache/port.js';

/** A request that came in. */
export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers a request in the registry's place; undefined leaves it to the registry. */
export type Trick = (asked: Asked, response: ServerResponse) => true | undefined;

const INSTALL_FORM = 'application/vnd.npm.install-v1+json';

export function digest(algorithm: string, bytes: Buffer, encoding: 'hex' | 'base64'): string {
  return createHash(algorithm).update(bytes).digest(encoding);
}

/** A registry on loopback that counts what it is asked for, and does what a test wants. */
export class TestRegistry {
  readonly asked: Asked[] = [];
  /** By which its documents name it. */
  host = '127.0.0.1';
  /** `cache-control` of its answers, by what they are. */
  documentAge: string | undefined = 'public, max-age=300';
  tarballAge: string | undefined = 'public, immutable, max-age=31557600';
  /** Of each package, what its document says in place of the truth. */
  readonly lies = new Map<string, { integrity?: string; shasum?: string }>();
  trick: Trick = () => undefined;
  hasVersionDocuments = true;
  /** In the paths and answers of a second registry, so that its content can be distinguished. */
  readonly #packages = new Map<string, Map<string, Buffer>>();
  readonly #server = createServer((incoming, response) => {
    const asked = { path: incoming.url ?? '', headers: incoming.headers };
    this.asked.push(asked);
    if (this.trick(asked, response) === undefined) this.#answer(asked, response);
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${this.host}:${this.port}/`;
  }

  /** The path of the new version's tarball. */
  publish(name: string, version: string, bytes: Buffer | number = 1_000): string {
    const versions = this.#packages.get(name) ?? new Map<string, Buffer>();
    this.#packages.set(name, versions.set(version, typeof bytes === 'number' ? randomBytes(bytes) : bytes));
    return `/${name}/-/${name.replace(/^.*\//, '')}-${version}.tgz`;
  }

  bytesOf(name: string, version: string): Buffer {
    const bytes = this.#packages.get(name)?.get(version);
    if (bytes === undefined) throw new Error(`no ${name}@${version}`);
    return bytes;
  }

  /** How often a path was asked for. */
  count(path: string): number {
    return this.asked.filter((each) => each.path === path).length;
  }

  /** As a gateway asks it: a connection for each question. */
  readonly ask: Ask = ({ path, headers }, signal) =>
    new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: this.port, path, headers, agent: false, signal });
      outgoing.once('response', resolve).on('error', reject).end();
    });

  #answer(asked: Asked, response: ServerResponse): void {
    const path = decodeURIComponent(asked.path);
    const tarball = /^\/(.+)\/-\/[^/]*?-(\d[^/]*)\.tgz$/.exec(path);
    const gem = /^\/gems\/(.+)-(\d[^/]*)\.gem$/.exec(path);
    const [, name = '', version = ''] = tarball ?? gem ?? [];
    if (name !== '') {
      this.#send(asked, response, this.#packages.get(name)?.get(version), this.tarballAge);
      return;
    }
    const info = /^\/info\/(.+)$/.exec(path)?.[1];
    const text = info === undefined ? this.#document(path.slice(1), asked.headers.accept ?? '') : this.#info(info);
    this.#send(asked, response, text === undefined ? undefined : Buffer.from(text), this.documentAge);
  }

  #send(
    { headers }: Asked,
    response: ServerResponse,
    body: Buffer | undefined,
    cacheControl: string | undefined,
  ): void {
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not found"}');
      return;
    }
    const etag = `"${digest('md5', body, 'hex')}"`;
    const type = { 'content-type': 'application/octet-stream' };
    const head = cacheControl === undefined ? type : { ...type, etag, 'cache-control': cacheControl };
    if (headers['if-none-match'] === etag) response.writeHead(304, head).end();
    else if (headers['accept-encoding'] !== 'gzip')
      response.writeHead(200, { ...head, 'content-length': body.length }).end(body);
    else response.writeHead(200, { ...head, 'content-encoding': 'gzip' }).end(gzipSync(body));
  }

  #document(path: string, accept: string): string | undefined {
    const [, name = '', version] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    const versions = this.#packages.get(name);
    if (versions === undefined) return undefined;
    const described = [...versions].map(([each, bytes]) => [each, this.#version(name, each, bytes)] as const);
    if (version !== undefined) {
      const one = described.find(([each]) => each === version)?.[1];
      return one === undefined || !this.hasVersionDocuments ? undefined : JSON.stringify(one);
    }
    const form = accept.includes(INSTALL_FORM) ? 'install' : 'whole';
    return JSON.stringify({ name, form, versions: Object.fromEntries(described) });
  }

  #version(name: string, version: string, bytes: Buffer): object {
    const tarball = `${this.url}${name}/-/${name.replace(/^.*\//, '')}-${version}.tgz`;
    const truth = { integrity: `sha512-${digest('sha512', bytes, 'base64')}` };
    return { name, version, dist: { tarball, ...(this.lies.get(name) ?? truth) } };
  }

  #info(name: string): string | undefined {
    const versions = this.#packages.get(name);
    if (versions === undefined) return undefined;
    const lines = [...versions].map(([version, bytes]) => `${version} |checksum:${digest('sha256', bytes, 'hex')}`);
    return `---\n${lines.join('\n')}\n`;
  }
}
