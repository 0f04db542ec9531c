import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';

export const BUCKET = 'packwarden';
export const CREDENTIALS = { keyId: 'S3RVER', secret: 'S3RVER' } as const;

/** How a server treats requests: as it should; never answering; or giving up in the middle of an object. */
export type Mood = 'well' | 'silent' | 'half';

/** An S3 server behind a proxy that can spoil its answers. */
export interface S3Server {
  readonly endpoint: string;
  /** The folder of the bucket. */
  readonly folder: string;
  mood: Mood;
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server with an empty bucket. */
export async function s3Server(): Promise<S3Server> {
  const directory = mkdtempSync(join(tmpdir(), 'pw-s3-'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await server.run();
  const proxy = createServer((asked, answer) => {
    if (running.mood !== 'silent') pass(asked, answer, port, running.mood === 'half');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const folder = join(directory, BUCKET);
  const running: S3Server = {
    endpoint: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    folder,
    mood: 'well',
    async empty() {
      for (const name of await readdir(folder)) rmSync(join(folder, name), { recursive: true });
    },
    async close() {
      proxy.closeAllConnections();
      proxy.close();
      await server.close();
      rmSync(directory, { recursive: true });
    },
  };
  return running;
}

function pass(asked: IncomingMessage, answer: ServerResponse, port: number, half: boolean): void {
  const { method, url: path, headers } = asked;
  const own = request({ host: '127.0.0.1', port, method, path, headers }, (given) => {
    answer.writeHead(given.statusCode ?? 500, given.headers);
    if (!half || method !== 'GET') {
      given.pipe(answer);
      return;
    }
    given.once('data', (chunk: Buffer) => {
      answer.write(chunk.subarray(0, chunk.length / 2), () => answer.destroy());
    });
  });
  own.on('error', () => answer.destroy());
  asked.pipe(own);
}
