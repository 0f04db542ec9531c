import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Authority } from '../../src/egress/upstream/authority.js';
import { gem } from '../sandbox/gem.js';
import { packProject } from '../support/tarballs.js';

/** The registry's name leads nowhere but here: the machine's own name is in its hosts file. */
const NAME = 'localhost';
/** What every secret of the company has in it, and nothing else in a sandbox. */
export const MARK = 'SecretOfTheCompany';
const BASIC = Buffer.from(`ci:${MARK}`).toString('base64');

/** By the folder of the registry's URL: the header without which nothing is answered. */
export const CREDENTIALS = {
  npm: `Bearer npm_${MARK}0123456789`,
  corp: `Bearer corp_${MARK}0123456789`,
  gems: `Basic ${BASIC}`,
} as const;
type Folder = keyof typeof CREDENTIALS;

const GEM_FILE = 'inner-gem-1.2.3.gem';

/** A request that came in. */
export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
}

/** What an install script does that looks for the company's secret wherever it may. The secret stands in no file of the package itself. */
const FIND = 'grep -rlE -f - /home /tmp /etc /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null || true';
const PIECES = [MARK, BASIC.slice(2, 20)].map((secret) => [secret.slice(0, 7), secret.slice(7)]);
const LOOK_JS = `const { execSync } = require('child_process');
  const input = ${JSON.stringify(PIECES)}.map((pieces) => pieces.join('')).join('\\n');
  console.log('ENV[' + JSON.stringify(process.env) + ']');
  console.log('FILES[' + execSync(${JSON.stringify(FIND)}, { input }).toString().trim() + ']');`;
const LOOK_RB = `require 'mkmf'
require 'open3'
input = ${JSON.stringify(PIECES)}.map(&:join).join("\\n")
puts "ENV[#{ENV.to_h}]"
puts "FILES[#{Open3.capture2('sh', '-c', ${JSON.stringify(FIND)}, stdin_data: input)[0].strip}]"
create_makefile('inner_gem')
`;

function hash(algorithm: string, content: Buffer | string, encoding: 'hex' | 'base64' = 'hex'): string {
  return createHash(algorithm).update(content).digest(encoding);
}

/**
 * A company's registries of npm packages and gems, and beside them, on another port, a place for files that is no registry:
 * the tarball of `plain-dep` and the gem are redirected there.
 */
export class CompanyRegistry {
  /** PEM: who signed the certificates of both. */
  authority = '';
  readonly asked: Asked[] = [];
  readonly askedElsewhere: Asked[] = [];
  /** Whether it ends each connection without an answer. */
  isAway = false;
  readonly #files = new Map<string, Buffer>();
  readonly #servers: Server[] = [];
  #registry = '';
  #elsewhere = '';

  async start(): Promise<void> {
    const authority = new Authority(Date.now());
    const identity = authority.identityOf(NAME);
    this.authority = authority.cert;
    for (const name of ['@corp/inner', 'plain-dep']) {
      const manifest = { name, version: '1.0.0', scripts: { postinstall: 'node look.js' }, main: 'index.js' };
      const files = { 'package/package.json': manifest, 'package/index.js': '', 'package/look.js': LOOK_JS };
      this.#files.set(`/${name}/-/x-1.0.0.tgz`, await packProject(files, 'package'));
    }
    this.#files.set(`/${GEM_FILE}`, await gem('inner-gem', { 'ext/extconf.rb': LOOK_RB, 'lib/inner-gem.rb': '' }));
    const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> => {
      const server = createServer(identity, answer);
      this.#servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return `${NAME}:${(server.address() as AddressInfo).port}`;
    };
    this.#elsewhere = await listen((request, response) => {
      this.askedElsewhere.push(askedBy(request));
      this.#send(response, this.#files.get(request.url ?? ''));
    });
    this.#registry = await listen((request, response) => this.#answer(request, response));
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }

  /** Hosts with their ports, as a policy names them. */
  get hosts(): readonly string[] {
    return [this.#registry, this.#elsewhere];
  }

  url(folder: Folder): string {
    return `https://${this.#registry}/${folder}/`;
  }

  /** Where `plain-dep` and `@corp/inner` say that their tarball is. */
  tarballOf(name: string): string {
    return `${this.url(name.startsWith('@') ? 'corp' : 'npm')}${name}/-/x-1.0.0.tgz`;
  }

  integrityOf(name: string): string {
    return `sha512-${hash('sha512', this.#files.get(`/${name}/-/x-1.0.0.tgz`) ?? '', 'base64')}`;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const asked = askedBy(request);
    this.asked.push(asked);
    if (this.isAway) {
      response.destroy();
      return;
    }
    const [, folder = '', path = ''] = /^\/(\w+)(\/.*)$/.exec(asked.path) ?? [];
    if (asked.authorization === undefined || asked.authorization !== CREDENTIALS[folder as Folder]) {
      response.writeHead(401).end('{"error":"who are you?"}');
    } else if (path.startsWith('/plain-dep/-/') || path.startsWith('/gems/')) {
      const location = `https://${this.#elsewhere}${path.replace(/^\/gems/, '')}`;
      response.writeHead(302, { location }).end();
    } else if (folder === 'gems') {
      this.#send(response, this.#gemIndex(path));
    } else {
      const isHere = path.startsWith('/@') === (folder === 'corp');
      this.#send(response, isHere ? (this.#files.get(path) ?? this.#packument(path.slice(1))) : undefined);
    }
  }

  #send(response: ServerResponse, body: Buffer | string | undefined): void {
    if (body === undefined) response.writeHead(404).end('{}');
    else response.writeHead(200, { etag: `"${hash('md5', body)}"` }).end(body);
  }

  #packument(name: string): string | undefined {
    if (!this.#files.has(`/${name}/-/x-1.0.0.tgz`)) return undefined;
    const dist = { tarball: this.tarballOf(name), integrity: this.integrityOf(name) };
    const version = { name, version: '1.0.0', hasInstallScript: true, scripts: { postinstall: 'node look.js' }, dist };
    return JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } });
  }

  /** The "compact index" that Bundler reads. */
  #gemIndex(path: string): string | undefined {
    const info = `---\n1.2.3 |checksum:${hash('sha256', this.#files.get(`/${GEM_FILE}`) ?? '')}\n`;
    if (path === '/info/inner-gem') return info;
    if (path === '/versions') return `created_at: 2024-01-01T00:00:00Z\n---\ninner-gem 1.2.3 ${hash('md5', info)}\n`;
    return undefined;
  }
}

function askedBy({ url = '', headers }: IncomingMessage): Asked {
  return { path: decodeURIComponent(url), authorization: headers.authorization };
}
