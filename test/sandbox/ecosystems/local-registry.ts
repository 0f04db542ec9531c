import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Authority } from '../../../src/egress/upstream/authority.js';
import { packProject } from '../../support/tarballs.js';

/** A package as it is published: its manifest, and its other files by their place in it. */
export interface Published {
  readonly manifest: { readonly name: string; readonly version: string; readonly [field: string]: unknown };
  readonly files?: Readonly<Record<string, string | object>>;
}

interface Delivered {
  readonly manifest: Published['manifest'];
  readonly tarball: Buffer;
}

/** A registry of npm packages on this machine, at an `https://localhost` address whose certificate only its `authority` signed. */
export class LocalRegistry {
  /** PEM. */
  authority = '';
  /** With its port. */
  host = '';
  readonly #packages = new Map<string, Delivered[]>();
  readonly #files = new Map<string, Buffer>();
  #server: Server | undefined;

  get url(): string {
    return `https://${this.host}/`;
  }

  /** `elsewhere`: packages at addresses of this machine (paths) at which no registry would have them. */
  async start(published: readonly Published[], elsewhere: Readonly<Record<string, Published>> = {}): Promise<void> {
    for (const each of published) {
      const { name } = each.manifest;
      const delivered = { manifest: each.manifest, tarball: await packed(each) };
      this.#packages.set(name, [...(this.#packages.get(name) ?? []), delivered]);
    }
    for (const [path, each] of Object.entries(elsewhere)) this.#files.set(path, await packed(each));
    const authority = new Authority(Date.now());
    const identity = authority.identityOf('localhost');
    this.authority = authority.cert;
    const server = createServer(identity, ({ url = '' }, response) => {
      const body = this.#answer(decodeURIComponent(url).slice(1));
      if (body === undefined) response.writeHead(404).end('{}');
      else response.end(body);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.host = `localhost:${(server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  #answer(path: string): Buffer | string | undefined {
    const elsewhere = this.#files.get(path);
    if (elsewhere !== undefined) return elsewhere;
    const [name = '', file] = path.split('/-/');
    const versions = this.#packages.get(name);
    if (versions === undefined) return undefined;
    if (file === undefined) return this.#packument(name, versions);
    return versions.find(({ manifest }) => file === fileOf(manifest))?.tarball;
  }

  #packument(name: string, versions: readonly Delivered[]): string {
    const entries = versions.map(({ manifest, tarball }) => {
      const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
      const dist = { tarball: `${this.url}${name}/-/${fileOf(manifest)}`, integrity };
      return [manifest.version, { ...manifest, hasInstallScript: 'scripts' in manifest, dist }] as const;
    });
    // Of long ago: package managers wait some days before they take a version.
    const time = Object.fromEntries(entries.map(([version]) => [version, '2020-01-01T00:00:00.000Z']));
    const latest = versions.at(-1)?.manifest.version;
    return JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(entries), time });
  }
}

function fileOf({ name, version }: Published['manifest']): string {
  return `${name.split('/').at(-1)}-${version}.tgz`;
}

function packed({ manifest, files = {} }: Published): Promise<Buffer> {
  const inFolder = Object.entries(files).map(([path, content]) => [`package/${path}`, content] as const);
  return packProject({ 'package/package.json': manifest, ...Object.fromEntries(inFolder) }, 'package');
}
