import { join } from 'node:path';
import { DockerRelay } from '../../support/docker-relay.js';
import { sandboxesOf } from '../../support/own-sandboxes.js';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';
import { AlertRelay } from './alert-relay.js';

/** Which sensor watches: the worker's own one, or one behind a relay that can damage the stream of alerts. */
export const SENSORS = ['own', 'relayed'] as const;
export type SensorKind = (typeof SENSORS)[number];

const READY_MS = 120_000;
const NOTHING_LEFT_MS = 90_000;

/** An API, a worker, and relays in front of what the worker depends on, all of which can be hurt and must recover. */
export class Rig {
  readonly #data = dataFolder();
  readonly docker = new DockerRelay(join(this.#data.path, 'docker.sock'));
  alerts: AlertRelay | undefined;
  #falco: string | undefined;
  #api: ServiceProcess | undefined;
  #worker: ServiceProcess | undefined;

  static async start(kind: SensorKind): Promise<Rig> {
    const rig = new Rig();
    await rig.docker.up();
    if (kind === 'relayed') {
      const { relay, socket } = await AlertRelay.start(rig.#data.path);
      rig.alerts = relay;
      rig.#falco = `unix://${socket}`;
    }
    await rig.startApi();
    await rig.startWorker();
    await rig.ready();
    return rig;
  }

  get url(): string {
    return this.api.url;
  }

  get api(): ServiceProcess {
    if (this.#api === undefined) throw new Error('the API was not started');
    return this.#api;
  }

  get worker(): ServiceProcess {
    if (this.#worker === undefined) throw new Error('the worker was not started');
    return this.#worker;
  }

  /** Starts the API, with Redis; again on the port that it had. */
  async startApi(): Promise<void> {
    const port = this.#api === undefined ? '0' : new URL(this.#api.url).port;
    this.#api = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: this.#data.path, PACKWARDEN_PORT: port }, 'api');
  }

  async startWorker(): Promise<void> {
    const env = {
      PACKWARDEN_DATA_DIR: this.#data.path,
      PACKWARDEN_REDIS_URL: `unix://${join(this.#data.path, 'redis', 'redis.sock')}`,
      PACKWARDEN_CONCURRENCY: '2',
      PACKWARDEN_DEPTH: 'quick',
      PACKWARDEN_GRACE_S: '5',
      PACKWARDEN_STOP_S: '1',
      PACKWARDEN_LINGER_S: '0',
      PACKWARDEN_DOCKER_SOCKET: this.docker.path,
      ...(this.#falco === undefined ? {} : { PACKWARDEN_FALCO_GRPC: this.#falco }),
    };
    this.#worker = await ServiceProcess.start(env, 'worker');
  }

  /** Resolves when the service has recovered by itself. @throws Error when it does not in time */
  ready(): Promise<void> {
    return eventually('the service is ready again', READY_MS, async () => {
      const response = await fetch(`${this.url}/readyz`).catch(() => undefined);
      return response?.ok || undefined;
    }).then(() => undefined);
  }

  /** Resolves when no container, network or volume of this service is left. @throws Error when some stay */
  nothingLeft(): Promise<void> {
    const isGone = () => sandboxesOf(this.#data.path).length === 0 || undefined;
    return eventually('nothing is left at the engine', NOTHING_LEFT_MS, isGone).then(() => undefined);
  }

  async stop(): Promise<void> {
    await this.#worker?.stop();
    await this.#api?.stop();
    await this.alerts?.stop();
    this.docker.down();
    this.#data.remove();
  }
}
