import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RedisUrl } from './connection.js';
import { RedisServerError } from './errors.js';

/** The maximum length of a unix socket's path on Linux (`sun_path`, unix(7)). */
const MAX_SOCKET_PATH = 107;
const START_DEADLINE_MS = 15_000;
const RESTART_DELAY_MS = 500;
const MAX_RESTART_DELAY_MS = 30_000;
/** A server that ran at least this long did not fail on start. */
const HEALTHY_MS = 10_000;

/** A `redis-server` that belongs to this process. */
export interface RedisServer {
  readonly url: RedisUrl;
  readonly pid: number | undefined;
  /** Stops it cleanly; its append-only file is synced. */
  stop(): Promise<void>;
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = createConnection(socket);
    client.once('connect', () => {
      client.destroy();
      resolve(true);
    });
    client.once('error', () => resolve(false));
  });
}

async function waitFor(condition: () => Promise<boolean>, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}

/**
 * A `redis-server` of our own in `folder`: it only listens on a unix socket, so it can't be reached over a network; it syncs every write
 * (`appendfsync always`), because a job id in an answer is a promise; and evicts nothing, as BullMQ requires. It is restarted when it dies,
 * and dies with this process (`setpriv --pdeathsig`).
 *
 * @throws RedisServerError if it can't be started, or the folder is used by another one
 */
export async function startRedisServer(folder: string, log: Logger): Promise<RedisServer> {
  const socket = join(folder, 'redis.sock');
  if (socket.length > MAX_SOCKET_PATH) {
    throw new RedisServerError(
      `the path ${socket} is too long for a unix socket: choose a shorter PACKWARDEN_DATA_DIR`,
    );
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await waitFor(async () => !(await answers(socket)), 5_000))) {
    throw new RedisServerError(`another Packwarden is using ${folder}: stop it, or set PACKWARDEN_DATA_DIR`);
  }
  const server = new SupervisedRedis(folder, socket, log);
  await server.start();
  return server;
}

class SupervisedRedis implements RedisServer {
  readonly url: RedisUrl;
  #child: ChildProcess | undefined;
  #stopping = false;
  #restart: NodeJS.Timeout | undefined;
  #failures = 0;
  #startedAt = 0;

  constructor(
    private readonly folder: string,
    private readonly socket: string,
    private readonly log: Logger,
  ) {
    this.url = `unix://${socket}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    let failure: Error | undefined;
    const child = this.#spawn();
    child.once('error', (error) => {
      failure = error;
    });
    const up = await waitFor(async () => {
      if (failure) throw new RedisServerError('redis-server cannot be started: run scripts/setup', failure);
      if (child.exitCode !== null) {
        throw new RedisServerError(`redis-server ended with code ${child.exitCode}: see ${this.folder}/redis.log`);
      }
      return answers(this.socket);
    }, START_DEADLINE_MS);
    if (!up) throw new RedisServerError(`redis-server did not answer: see ${this.folder}/redis.log`);
    this.log.info({ pid: child.pid, folder: this.folder }, 'redis-server started');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  #spawn(): ChildProcess {
    const settings = {
      port: '0',
      unixsocket: this.socket,
      unixsocketperm: '700',
      dir: this.folder,
      logfile: join(this.folder, 'redis.log'),
      appendonly: 'yes',
      appendfsync: 'always',
      save: '',
      'maxmemory-policy': 'noeviction',
      daemonize: 'no',
    };
    const args = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, value]);
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'redis-server', ...args], { stdio: 'ignore' });
    child.on('error', (error) => this.log.error({ reason: error.message }, 'redis-server cannot be executed'));
    child.once('exit', (code, signal) => this.#onExit(code, signal));
    this.#child = child;
    this.#startedAt = performance.now();
    return child;
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return;
    this.log.error({ code, signal }, 'redis-server ended; restarting it');
    // On a full disk it ends after every start.
    this.#failures = performance.now() - this.#startedAt > HEALTHY_MS ? 0 : this.#failures + 1;
    const delay = Math.min(MAX_RESTART_DELAY_MS, RESTART_DELAY_MS * 2 ** this.#failures);
    this.#restart = setTimeout(() => this.#spawn(), delay);
  }
}
