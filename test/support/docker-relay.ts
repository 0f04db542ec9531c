import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** How the relay treats the engine's answers: as they are, late, or cut off in the middle. */
export type DockerMood = 'well' | 'slow' | 'cutting';

const SLOW_MS = 400;

/** A relay in front of the real Docker engine, which can be slow, cut connections, or be away, for one worker only. */
export class DockerRelay {
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  mood: DockerMood = 'well';

  constructor(readonly path: string) {}

  up(): Promise<void> {
    rmSync(this.path, { force: true });
    const server = createServer({ allowHalfOpen: true }, (client) => this.#relay(client));
    this.#server = server;
    return new Promise((resolve) => server.listen(this.path, resolve));
  }

  down(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  #relay(client: Socket): void {
    const engine = connect({ path: '/var/run/docker.sock', allowHalfOpen: true });
    for (const socket of [client, engine]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        engine.destroy();
      });
    }
    client.pipe(engine);
    let turn = Promise.resolve();
    engine.on('data', (chunk) => {
      if (this.mood === 'cutting') client.destroy();
      const wait = this.mood === 'slow' ? SLOW_MS : 0;
      // Each chunk waits for the one before, so that a slow engine keeps the order of its answer.
      turn = turn.then(() => later(wait)).then(() => void (client.writable && client.write(chunk)));
    });
    engine.on('end', () => void turn.then(() => client.end()));
  }
}

function later(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
