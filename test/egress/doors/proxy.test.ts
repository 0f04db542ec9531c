import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { exchange, gatewayWith, host, keeper, page, registryOn, statusOf, until, upstream } from '../harness.js';

const kept = keeper();
/** What is asked inside of a tunnel that is not encrypted. */
const INSIDE = 'GET / HTTP/1.1\r\nHost: registry.test\r\nConnection: close\r\n\r\n';
const get = (url: string, header: string) => `GET ${url} HTTP/1.1\r\nHost: ${header}\r\nConnection: close\r\n\r\n`;

describe('a permitted registry', () => {
  it('is reached by CONNECT, and the bytes are on record', async () => {
    const web = kept(await page());
    const gateway = kept(await registryOn(web.port));
    const answer = await exchange(
      gateway.ports.proxy,
      `CONNECT registry.test:${web.port} HTTP/1.1\r\nHost: registry.test\r\n\r\n${INSIDE}`,
    );
    expect(answer).toContain('200 Connection Established');
    expect(answer).toContain('hello');
    expect(gateway.records()).toEqual([
      expect.objectContaining({
        host: 'registry.test',
        port: web.port,
        via: 'proxy',
        allowed: true,
        count: 1,
        bytesSent: 64,
        bytesReceived: 43,
      }),
    ]);
  });

  it('keeps the local ports of the connections that asked, by which their processes are found', async () => {
    const gateway = kept(await gatewayWith({}));
    const ports: (number | undefined)[] = [];
    for (let i = 0; i < 3; i += 1) {
      const client = connect(gateway.ports.proxy, '127.0.0.1', () => ports.push(client.localPort));
      client.end(host('evil.invalid:443')).resume();
      await until(() => client.closed);
    }
    expect(gateway.records()[0]?.clientPorts).toEqual(ports);
  });

  it('is reached by a plain HTTP request', async () => {
    const web = kept(await page());
    const gateway = kept(await registryOn(web.port));
    const answer = await exchange(
      gateway.ports.proxy,
      `GET http://registry.test:${web.port}/left-pad HTTP/1.1\r\nHost: registry.test:${web.port}\r\nConnection: close\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe(200);
    expect(answer).toContain('hello');
    expect(gateway.records()).toEqual([expect.objectContaining({ allowed: true, bytesReceived: 43 })]);
  });

  it('is reached where Host names the proxy, and is sent its own name (puppeteer 19)', async () => {
    let head = '';
    const web = kept(
      await upstream((socket) =>
        socket.on('data', (chunk) => {
          head += chunk;
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
        }),
      ),
    );
    const gateway = kept(await registryOn(web.port));
    const site = `registry.test:${web.port}`;
    const request = get(`http://${site}/left-pad`, `127.0.0.1:${gateway.ports.proxy}`);
    expect(statusOf(await exchange(gateway.ports.proxy, request))).toBe(200);
    expect(head.toLowerCase().match(/^host: .*$/gm)).toEqual([`host: ${site}`]);
    expect(gateway.records()).toEqual([expect.objectContaining({ host: 'registry.test', allowed: true })]);
  });

  it('is the same host in upper case and with a trailing dot', async () => {
    const web = kept(await page());
    const gateway = kept(await registryOn(web.port));
    for (const host of ['REGISTRY.test', 'registry.test.']) {
      const answer = await exchange(gateway.ports.proxy, `CONNECT ${host}:${web.port} HTTP/1.1\r\n\r\n${INSIDE}`);
      expect(answer).toContain('hello');
    }
    expect(gateway.records()).toEqual([expect.objectContaining({ host: 'registry.test', count: 2 })]);
  });

  it('that does not resolve, or where nobody listens, is a 502 and stays "allowed" in the record', async () => {
    const web = await page();
    await web.close();
    const gateway = kept(
      await registryOn(web.port, {
        policy: { mode: 'registry', allow: [`registry.test:${web.port}`, 'gone.test'] },
      }),
    );
    const refused = await exchange(gateway.ports.proxy, `CONNECT registry.test:${web.port} HTTP/1.1\r\n\r\n`);
    const gone = await exchange(gateway.ports.proxy, 'CONNECT gone.test:443 HTTP/1.1\r\n\r\n');
    expect([statusOf(refused), statusOf(gone)]).toEqual([502, 502]);
    expect(gone).toContain('gone.test does not resolve');
    expect(gateway.records().map((record) => [record.host, record.allowed])).toEqual([
      ['registry.test', true],
      ['gone.test', true],
    ]);
  });
});

/** What is sent, what is recorded as the host, and the answer's status. */
const HOSTILE: readonly [what: string, bytes: string, recorded: string, status: number][] = [
  ['another host', host('evil.invalid:443'), 'evil.invalid', 403],
  ['another host, upper case', host('EVIL.Invalid:443'), 'evil.invalid', 403],
  ['another host, trailing dot', host('evil.invalid.:443'), 'evil.invalid', 403],
  ['another port', host('registry.test:22'), 'registry.test', 403],
  ['a name that ends in the registry', host('evilregistry.test:443'), 'evilregistry.test', 403],
  ['a name below the registry', host('a.registry.test:443'), 'a.registry.test', 403],
  ['the registry as a label', host('registry.test.evil.invalid:443'), 'registry.test.evil.invalid', 403],
  ['a literal address', host('127.0.0.1:443'), '127.0.0.1', 403],
  ['the metadata address', host('169.254.169.254:80'), '169.254.169.254', 403],
  ['a decimal address', host('2130706433:443'), '2130706433:443', 403],
  ['a hexadecimal address', host('0x7f000001:443'), '0x7f000001:443', 403],
  ['an octal address', host('0177.0.0.1:443'), '0177.0.0.1:443', 403],
  ['a short address', host('127.1:443'), '127.1:443', 403],
  ['an IPv6 address', host('[::1]:443'), '::1', 403],
  ['a long IPv6 address', host('[0:0:0:0:0:0:0:1]:443'), '::1', 403],
  ['a mapped IPv4 address', host('[::ffff:127.0.0.1]:443'), '::ffff:7f00:1', 403],
  ['an IPv6 address without brackets', host('::1:443'), '::1:443', 400],
  ['an IPv6 zone', host('[fe80::1%25eth0]:443'), '[fe80::1%25eth0]:443', 400],
  ['userinfo before the host', host('registry.test@evil.invalid:443'), 'registry.test@evil.invalid:443', 403],
  ['userinfo before the registry', host('a:b@registry.test:443'), 'a:b@registry.test:443', 403],
  ['no port', host('registry.test'), 'registry.test', 400],
  ['port 0', host('registry.test:0'), 'registry.test:0', 403],
  ['port 99999', host('registry.test:99999'), 'registry.test:99999', 400],
  ['no host', host(':443'), ':443', 400],
  ['an empty target', 'CONNECT  HTTP/1.1\r\n\r\n', 'HTTP/1.1', 400],
  ['a path behind the port', host('registry.test:443/../evil'), 'registry.test:443/../evil', 403],
  ['a percent-encoded name', host('%65vil.invalid:443'), '%65vil.invalid:443', 403],
  ['bytes above ASCII', host('evil\u00e9.invalid:443'), '(unreadable)', 400],
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n', '(unreadable)', 400],
  [
    'two lengths (request smuggling)',
    'POST http://registry.test/ HTTP/1.1\r\nHost: registry.test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    '(unreadable)',
    400,
  ],
  ['a plain request elsewhere', get('http://evil.invalid/x', 'evil.invalid'), 'evil.invalid', 403],
  [
    'a plain request to a decimal address',
    get('http://2852039166/latest', '2852039166'),
    'http://2852039166/latest',
    403,
  ],
  [
    'a plain request with userinfo',
    get('http://registry.test@evil.invalid/', 'evil.invalid'),
    'http://registry.test@evil.invalid/',
    403,
  ],
  [
    'a plain request with a backslash',
    get('http://registry.test\\@evil.invalid/', 'registry.test'),
    '(unreadable)',
    400,
  ],
  ['a Host header of another site', get('http://registry.test/', 'evil.invalid'), 'http://registry.test/', 403],
  ["the proxy's address at another port", get('http://registry.test/', '127.0.0.1:1'), 'http://registry.test/', 403],
  ['a path without a host', get('/etc/passwd', 'registry.test'), '/etc/passwd', 400],
  ['another scheme', get('file:///etc/passwd', 'registry.test'), 'file:///etc/passwd', 400],
  ['an ftp URL', get('ftp://registry.test/', 'registry.test'), 'ftp://registry.test/', 400],
];

describe('a hostile request', () => {
  it.each(HOSTILE)('%s', async (_what, bytes, recorded, status) => {
    const gateway = kept(await gatewayWith({ policy: { mode: 'registry', allow: ['registry.test'] } }));
    const answer = await exchange(gateway.ports.proxy, bytes);
    expect(statusOf(answer)).toBe(status);
    const records = gateway.records();
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ host: recorded, via: 'proxy', allowed: false, count: 1 });
  });

  it('that is refused gets the reason', async () => {
    const gateway = kept(await gatewayWith({}));
    const answer = await exchange(gateway.ports.proxy, host('evil.invalid:443'));
    expect(answer).toContain('proxy: refused: evil.invalid:443 is not on the allow-list');
  });
});

describe('mode open', () => {
  const names = {
    'rebound.test': ['127.0.0.1'],
    'mixed.test': ['93.184.216.34', '10.0.0.1'],
    'metadata.test': ['169.254.169.254'],
    'six.test': ['::1'],
    'mapped.test': ['::ffff:10.0.0.1'],
    'ula.test': ['fd00::1'],
  };

  it.each(Object.keys(names))('refuses %s, which leads inside', async (name) => {
    const gateway = kept(await gatewayWith({ policy: { mode: 'open' }, names }));
    const answer = await exchange(gateway.ports.proxy, host(`${name}:443`));
    expect(statusOf(answer)).toBe(403);
    expect(answer).toContain('not a public address');
    expect(gateway.records()).toEqual([expect.objectContaining({ host: name, allowed: false })]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/latest/',
    'http://127.0.0.1/',
    'http://[::ffff:10.0.0.1]/',
    'http://rebound.test/',
    'http://metadata.test/',
  ])('a redirect to %s is followed by the client, and refused like any other request', async (location) => {
    const web = kept(
      await upstream((socket) =>
        socket.once('data', () =>
          socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`),
        ),
      ),
    );
    const gateway = kept(
      await gatewayWith({
        policy: { mode: 'open', allow: [`registry.test:${web.port}`] },
        names: { ...names, 'registry.test': ['127.0.0.1'] },
      }),
    );
    const first = await exchange(
      gateway.ports.proxy,
      get(`http://registry.test:${web.port}/x`, `registry.test:${web.port}`),
    );
    const target = /location: (\S+)/i.exec(first)?.[1] ?? '';
    expect(statusOf(await exchange(gateway.ports.proxy, get(target, target.split('/')[2] ?? '')))).toBe(403);
    expect(gateway.records().map(({ allowed }) => allowed)).toEqual([true, false]);
  });

  it('dials the address that was checked, whatever the name says a moment later', async () => {
    const web = kept(await page());
    let asked = 0;
    const gateway = kept(
      await registryOn(web.port, {
        resolve: async () => {
          asked += 1;
          return asked === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
        },
      }),
    );
    const answer = await exchange(gateway.ports.proxy, `CONNECT registry.test:${web.port} HTTP/1.1\r\n\r\n${INSIDE}`);
    expect(answer).toContain('hello');
    expect(asked).toBe(1);
  });
});

describe('mode none', () => {
  it('refuses the registry too', async () => {
    const gateway = kept(await gatewayWith({ policy: { mode: 'none' } }));
    expect(statusOf(await exchange(gateway.ports.proxy, host('registry.npmjs.org:443')))).toBe(403);
  });
});
