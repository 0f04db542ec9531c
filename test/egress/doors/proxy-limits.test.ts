import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { exchange, gatewayWith, host, keeper, registryOn, statusOf, until, upstream } from '../harness.js';

const kept = keeper();

describe('a client that goes away', () => {
  it.each([
    ['before a request', ''],
    ['in the middle of its head', 'GET http://registry.test/ HTTP/1.1\r\nHo'],
  ])('%s reached for nothing: no record', async (_what, bytes) => {
    const gateway = kept(await gatewayWith({}));
    for (const leave of ['end', 'resetAndDestroy'] as const) {
      const client = connect(gateway.ports.proxy, '127.0.0.1', () => client.write(bytes, () => client[leave]()));
      client.on('error', () => undefined).resume();
      await until(() => client.closed);
    }
    await exchange(gateway.ports.proxy, host('evil.invalid:443'));
    expect(gateway.records().map((record) => record.host)).toEqual(['evil.invalid']);
  });
});

describe('limits', () => {
  it('a client that sends its head byte by byte is cut off, and noted', async () => {
    const gateway = kept(await gatewayWith({ caps: { headMs: 150 } }));
    const slow = connect(gateway.ports.proxy, '127.0.0.1');
    slow.on('error', () => undefined);
    const head = host('registry.test:443').split('').values();
    const drip = setInterval(() => slow.write(head.next().value ?? ''), 20);
    await until(() => slow.closed);
    clearInterval(drip);
    expect(gateway.records()).toEqual([expect.objectContaining({ host: '(no-request)', allowed: false })]);
  });

  it('a client that sends nothing is cut off, and has tried to reach nothing', async () => {
    const gateway = kept(await gatewayWith({ caps: { headMs: 50 } }));
    const silent = connect(gateway.ports.proxy, '127.0.0.1');
    silent.on('error', () => undefined).resume();
    await until(() => silent.closed);
    expect(gateway.records()).toEqual([]);
  });

  it('a tunnel without traffic is closed after the idle time, on both sides', async () => {
    let far: { closed: boolean } | undefined;
    const web = kept(
      await upstream((socket) => {
        far = socket;
      }),
    );
    const gateway = kept(await registryOn(web.port, { caps: { idleMs: 150 } }));
    await exchange(gateway.ports.proxy, host(`registry.test:${web.port}`));
    await until(() => far?.closed === true);
  });

  it('a far side that never closes goes with its client', async () => {
    const ended: boolean[] = [];
    const web = kept(
      await upstream((socket) => {
        const talk = setInterval(() => socket.write('x'), 10);
        socket.allowHalfOpen = true;
        socket.on('close', () => {
          clearInterval(talk);
          ended.push(true);
        });
      }),
    );
    const gateway = kept(await registryOn(web.port));
    const client = connect(gateway.ports.proxy, '127.0.0.1', () => client.write(host(`registry.test:${web.port}`)));
    await new Promise((resolve) => client.once('data', resolve));
    client.destroy();
    await until(() => ended.length === 1);
  });

  it('connections over the cap are closed at once, and noted', async () => {
    const gateway = kept(await gatewayWith({ caps: { connections: 2 } }));
    const clients = [1, 2, 3].map(() => connect(gateway.ports.proxy, '127.0.0.1').on('error', () => undefined));
    await until(() => clients.some((client) => client.closed));
    expect(gateway.records()).toEqual([expect.objectContaining({ host: '(too-many-connections)', count: 1 })]);
    for (const client of clients) client.destroy();
  });

  it('a job that has used up its bytes gets no further', async () => {
    const web = kept(
      await upstream((socket) => {
        const chunk = Buffer.alloc(64 * 1024);
        const more = () => {
          while (!socket.destroyed && socket.write(chunk));
        };
        socket.on('drain', more);
        more();
      }),
    );
    const gateway = kept(await registryOn(web.port, { caps: { bytes: 1024 * 1024 } }));
    await exchange(gateway.ports.proxy, host(`registry.test:${web.port}`));
    const again = await exchange(gateway.ports.proxy, host(`registry.test:${web.port}`));
    expect(statusOf(again)).toBe(403);
    expect(again).toContain('traffic allowance');
    expect(gateway.records()[0]?.bytesReceived).toBeGreaterThanOrEqual(1024 * 1024);
  });

  it('ten thousand different names cost a bounded number of records', async () => {
    const gateway = kept(await gatewayWith({ caps: { records: 50 } }));
    for (let batch = 0; batch < 20; batch += 1) {
      const asks = Array.from({ length: 10 }, (_, i) =>
        exchange(gateway.ports.proxy, host(`n${batch}-${i}.invalid:443`)),
      );
      await Promise.all(asks);
    }
    const records = gateway.records();
    expect(records).toHaveLength(51);
    expect(records.at(-1)).toMatchObject({ host: '(others)', count: 150, allowed: false });
  });
});

describe('close', () => {
  it('ends open tunnels and frees the port; a second close is no error', async () => {
    const web = kept(await upstream(() => undefined));
    const gateway = kept(await registryOn(web.port));
    const client = connect(gateway.ports.proxy, '127.0.0.1', () => client.write(host(`registry.test:${web.port}`)));
    client.on('error', () => undefined);
    await new Promise((resolve) => client.once('data', resolve));
    await gateway.close();
    await gateway.close();
    await until(() => client.closed);
    const next = await gatewayWith({ ports: { ...gateway.ports, dns: 0, https: 0, http: 0 } });
    await next.close();
  });

  it('an address that is not there is a GatewayError', async () => {
    await expect(gatewayWith({ address: '192.0.2.1' })).rejects.toMatchObject({ code: 'listen-failed' });
  });
});
