import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { exchange, gatewayWith, host, keeper, statusOf } from './harness.js';

const kept = keeper();
const MANY = 10_000;
const MIB = 1024 ** 2;
let crowd: ChildProcess | undefined;
afterEach(() => {
  crowd?.kill('SIGKILL');
});

/** Opens connections, each as soon as there is room, and says something once all have been tried. Half of them never send a byte. */
const CROWD = `
const { connect } = require('node:net');
let [port, many] = process.argv.slice(1).map(Number);
let begun = 0, over = 0;
const next = () => {
  if (begun === many) return;
  const at = begun++;
  const socket = connect(port, '127.0.0.1');
  const tried = () => { socket.off('connect', tried).off('error', tried); over += 1; if (over === many) console.log('all'); next(); };
  socket.once('connect', () => { if (at % 2) socket.write(at % 4 === 1 ? 'CONNECT x' : '\\x16\\x03\\x01'); });
  socket.once('connect', tried).once('error', tried).on('error', () => {}).resume();
};
for (let i = 0; i < 200; i += 1) next();
`;

it.each(['proxy', 'https', 'http'] as const)(
  'ten thousand connections to %s cost little, and nobody else anything',
  async (door) => {
    const gateway = kept(await gatewayWith({ sink: { status: 404 } }));
    const neighbour = kept(await gatewayWith({ sink: { status: 404 } }));
    const ask = (): Promise<string> =>
      exchange(
        neighbour.ports.proxy,
        `${host('x.invalid:80')}GET / HTTP/1.1\r\nHost: x.invalid\r\nConnection: close\r\n\r\n`,
      );
    await ask();
    const before = process.memoryUsage().rss;
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 50);
    crowd = spawn(process.execPath, ['-e', CROWD, String(gateway.ports[door]), String(MANY)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (crowd.stdout === null) throw new Error('no output');
    const all = once(createInterface({ input: crowd.stdout }), 'line');
    let slowest = 0;
    let isOver = false;
    const asking = (async () => {
      while (!isOver) {
        const began = performance.now();
        expect(statusOf(await ask())).toBe(200);
        slowest = Math.max(slowest, performance.now() - began);
      }
    })();
    await all;
    isOver = true;
    await asking;
    clearInterval(watching);
    expect(most).toBeLessThan(150 * MIB);
    expect(slowest).toBeLessThan(3_000);
    const refused = gateway.records().find(({ host: name }) => name === '(too-many-connections)');
    expect(refused?.count).toBeGreaterThan(MANY / 2);
    expect(gateway.records().length).toBeLessThan(10);
  },
);
