import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeGrpcAlert } from '../../src/falco/decode.js';
import type { GrpcAlertSource } from '../../src/falco/grpc-source.js';
import { FalcoServer } from './falco-server.js';
import { message, Notes, noRecordings, recorded, scratch, sourceOf, until } from './harness.js';

let folder: Awaited<ReturnType<typeof scratch>>;
let socket: string;
let notes: Notes;
let source: GrpcAlertSource;
const undo: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await scratch();
  socket = join(folder.path, 'falco.sock');
  notes = new Notes();
  source = sourceOf({ socket });
});

afterEach(async () => {
  await source.stop();
  for (const step of undo.splice(0).reverse()) await step();
  await folder.remove();
});

async function falco(version?: string): Promise<FalcoServer> {
  const server = await new FalcoServer(version).start(`unix:${socket}`);
  undo.push(() => server.kill());
  return server;
}

/** A Falco in its own process. */
async function falcoProcess(): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('falco-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, `unix:${socket}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  undo.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await once(child.stdout, 'data');
  return child;
}

describe.skipIf(noRecordings)('the recordings of a real Falco', () => {
  it('arrive whole and in order, those from before the subscription too', async () => {
    const messages = [...recorded('grpc-get.json'), ...recorded('grpc-plain-text-output.json')];
    const server = await falco();
    server.push(...messages);
    source.start(notes);
    await until(() => notes.alerts.length === messages.length);
    expect(notes.alerts).toEqual(messages.map(decodeGrpcAlert));
  });
});

describe('the subscription', () => {
  it('asks again and again, since Falco sends nothing unasked', async () => {
    const server = await falco();
    source.start(notes);
    await until(() => server.requests > 5);
    server.push(message());
    await until(() => notes.alerts.length === 1);
    expect(notes.log).toEqual(['connected 0.43.1', 'alert Read sensitive file untrusted']);
    expect(source.status()).toEqual({ connected: true, description: 'falco 0.43.1 (grpc)', lastError: null });
  });

  it('outlives bytes that are no message and messages that are no alert', async () => {
    const server = await falco();
    const noise = [Buffer.from([0xff, 0xff, 0xff]), Buffer.alloc(0), Buffer.from([0x0a, 0x7f]), { rule: 'no time' }];
    server.push(...noise, message());
    source.start(notes);
    await until(() => notes.alerts.length === 1);
    expect(notes.count('malformed')).toBe(noise.length);
    expect(notes.count('disconnected')).toBe(0);
  });

  it('is cancelled by stop: no further call, and Falco is rid of it', async () => {
    const server = await falco();
    source.start(notes);
    await until(() => server.requests > 0);
    await source.stop();
    await until(() => server.subscribers === 0);
    server.push(message());
    expect(notes.log).toEqual(['connected 0.43.1', 'disconnected stopped']);
    expect(source.status().connected).toBe(false);
  });

  it('stop before any Falco was there ends the waiting', async () => {
    source.start(notes);
    await source.stop();
    expect(notes.log).toEqual([]);
  });
});

describe('reconnecting', () => {
  it('waits for a socket that appears late, and says meanwhile that it is not connected', async () => {
    source.start(notes);
    await until(() => source.status().lastError !== null);
    expect(source.status().connected).toBe(false);
    expect(notes.log).toEqual([]);
    (await falco()).push(message());
    await until(() => notes.alerts.length === 1);
  });

  it('an end with OK (SIGTERM, SIGHUP) is a disconnect; the next Falco is found, with its new version', async () => {
    const first = await falco('0.43.0');
    source.start(notes);
    await until(() => first.requests > 0);
    await first.stop();
    await until(() => notes.count('disconnected') === 1);
    (await falco('0.43.1')).push(message());
    await until(() => notes.alerts.length === 1);
    expect(notes.log).toEqual([
      'connected 0.43.0',
      'disconnected the stream ended: Falco stops or reloads',
      'connected 0.43.1',
      'alert Read sensitive file untrusted',
    ]);
  });

  it('a Falco killed in mid-stream is a disconnect; the next one on the same socket file is found', async () => {
    const child = await falcoProcess();
    child.stdin?.write(`${JSON.stringify(message())}\n`);
    source.start(notes);
    await until(() => notes.alerts.length === 1);
    child.kill('SIGKILL');
    await until(() => notes.count('disconnected') === 1);
    (await falco()).push(message());
    await until(() => notes.alerts.length === 2);
  });

  it('a Falco that hangs is noticed, and taken up again when it goes on', async () => {
    const child = await falcoProcess();
    source.start(notes);
    await until(() => source.status().connected);
    child.kill('SIGSTOP');
    await until(() => notes.count('disconnected') === 1);
    expect(notes.log.at(-1)).toBe('disconnected no answer to the version probe within 500 ms');
    child.kill('SIGCONT');
    await until(() => source.status().connected);
  });

  it('something that accepts and never answers is not a connection', async () => {
    const mute = createServer((connection) => connection.on('error', () => undefined)).listen(socket);
    undo.push(() => mute.close());
    source = sourceOf({ socket }, { probeTimeoutMs: 100 });
    source.start(notes);
    await until(() => source.status().lastError !== null);
    expect(source.status().lastError).toMatch(/deadline/i);
    expect(notes.log).toEqual([]);
  });

  it('a stop does not wait for an answer that never comes', async () => {
    const mute = createServer((connection) => connection.on('error', () => undefined)).listen(socket);
    undo.push(() => mute.close());
    source = sourceOf({ socket }, { probeTimeoutMs: 60_000 });
    const reached = once(mute, 'connection');
    source.start(notes);
    await reached;
    await source.stop();
    expect(notes.log).toEqual([]);
  });

  it('something that is not gRPC is not a connection', async () => {
    const web = createServer((connection) => connection.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(socket);
    undo.push(() => web.close());
    source.start(notes);
    await until(() => source.status().lastError !== null);
    expect(notes.log).toEqual([]);
  });

  it('backs off further with each failure, up to the limit, with jitter', async () => {
    const server = await falco();
    let draws = 0;
    const random = () => {
      draws += 1;
      return 0;
    };
    source = sourceOf({ socket }, { minBackoffMs: 20, maxBackoffMs: 10_000, random });
    server.kill();
    source.start(notes);
    const began = performance.now();
    await until(() => draws >= 4);
    // Half of 20 + 40 + 80: the waits before the fourth draw, at the least jitter.
    expect(performance.now() - began).toBeGreaterThanOrEqual(70);
  });
});
