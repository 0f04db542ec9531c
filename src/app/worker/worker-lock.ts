import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { ConfigError } from '../config/config.js';

/**
 * Allows one worker per data folder: a second one would remove the first one's sandboxes as leftovers. The lock is a socket that the
 * worker listens on, so it is released with the process, however that ends.
 */
export class WorkerLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws ConfigError if another worker holds the lock */
  static async take(dataDir: string): Promise<WorkerLock> {
    const path = join(dataDir, 'worker.lock');
    if (await answers(path)) {
      const what = `another worker uses the data folder ${dataDir}`;
      throw new ConfigError(`${what}: stop it, or give this one a PACKWARDEN_DATA_DIR of its own`);
    }
    // No process listens on the socket: it is left over from a killed worker.
    await rm(path, { force: true });
    const server = createServer((socket) => socket.destroy()).unref();
    try {
      server.listen(path);
      await once(server, 'listening');
    } catch (cause) {
      throw new ConfigError(`the data folder ${dataDir} could not be locked for this worker`, cause);
    }
    return new WorkerLock(server);
  }

  async release(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

async function answers(path: string): Promise<boolean> {
  const socket = createConnection(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
