import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { AlertReceiver } from '../../api/alerts/falco-alerts.js';
import { FileAlertSource } from '../../falco/file/file-source.js';
import { PositionFile } from '../../falco/file/position.js';
import type { GrpcTarget } from '../../falco/grpc-client.js';
import { GrpcAlertSource } from '../../falco/grpc-source.js';
import { HttpAlertSource } from '../../falco/http-source.js';
import { AlertHub } from '../../falco/hub.js';
import type { AlertSource } from '../../falco/source.js';
import { type Config, ConfigError } from '../config/config.js';
import { SensorProcess } from './sensor-process.js';
import { sensorSocket } from './sensor-socket.js';

/** The embedded sensor is a child of this process: looking for it often costs nothing, and it is ready some seconds after its start. */
const SENSOR_BACKOFF_MS = 500;

/** The source of alerts on this host. */
export interface LocalAlerts {
  readonly hub: AlertHub;
  /** The embedded sensor, if no Falco is configured. */
  readonly sensor: SensorProcess | null;
  /** The receiver that a Falco >= 0.44 posts to, if that is configured. */
  readonly receiver: AlertReceiver | null;
  stop(): Promise<void>;
}

/** Chooses the source: a Falco that posts, one whose file is followed, one over gRPC, or else the embedded sensor. */
export function startAlerts(config: Config, log: Logger): LocalAlerts {
  const { PACKWARDEN_FALCO_HTTP_SECRET: secret, PACKWARDEN_FALCO_FILE: file } = config;
  if (file !== undefined) return started(followed(file, config, log), null, null, log);
  if (secret === undefined) return pulled(config, log);
  const source = new HttpAlertSource(log);
  const receiver = { secret, receive: (body: string) => source.receive(body) };
  return started(source, null, receiver, log);
}

function followed(path: string, config: Config, logger: Logger): FileAlertSource {
  const position = new PositionFile(join(config.PACKWARDEN_DATA_DIR, 'falco-file.json'));
  return new FileAlertSource({ path, position, logger, now: () => performance.now() });
}

function pulled(config: Config, log: Logger): LocalAlerts {
  const embedded = config.PACKWARDEN_FALCO_GRPC === undefined;
  const socket = embedded ? sensorSocket(config.PACKWARDEN_DATA_DIR, process.pid) : null;
  const sensor = socket === null ? null : new SensorProcess(socket, config.PACKWARDEN_RULES, log);
  const source = new GrpcAlertSource({
    target: socket === null ? falcoTarget(config) : { socket },
    logger: log,
    random: Math.random,
    now: () => performance.now(),
    ...(embedded ? { maxBackoffMs: SENSOR_BACKOFF_MS } : {}),
  });
  sensor?.start();
  return started(source, sensor, null, log);
}

function started(
  source: AlertSource,
  sensor: SensorProcess | null,
  receiver: AlertReceiver | null,
  log: Logger,
): LocalAlerts {
  const hub = new AlertHub(source, log);
  hub.start();
  return {
    hub,
    sensor,
    receiver,
    async stop() {
      await hub.stop();
      await sensor?.stop();
    },
  };
}

/** The gRPC connection to the configured Falco. @throws ConfigError when a file that it names can't be read */
export function falcoTarget(config: Config): GrpcTarget {
  const address = config.PACKWARDEN_FALCO_GRPC ?? '';
  if (address.startsWith('unix://')) return { socket: address.slice('unix://'.length) };
  return {
    address,
    tls: {
      ca: readNamed(config, 'PACKWARDEN_FALCO_CA'),
      cert: readNamed(config, 'PACKWARDEN_FALCO_CERT'),
      key: readNamed(config, 'PACKWARDEN_FALCO_KEY'),
    },
  };
}

/** Reads the file that a setting names. @throws ConfigError naming the setting */
export function readNamed(
  config: Config,
  name: 'PACKWARDEN_FALCO_CA' | 'PACKWARDEN_FALCO_CERT' | 'PACKWARDEN_FALCO_KEY' | 'PACKWARDEN_CA_FILE',
): Buffer {
  const path = config[name];
  if (path === undefined) throw new ConfigError(`${name} must name a file when PACKWARDEN_FALCO_GRPC is host:port`);
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ConfigError(`${name}: ${path} can't be read`, cause);
  }
}
