import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createStatusApi } from '../../api/status.js';
import type { Clock } from '../../jobs/ports.js';
import type { Config } from '../config/config.js';
import { authenticatorOf } from './authentication.js';
import { type Listener, listenOn } from './listener.js';
import type { Metrics } from './metrics.js';
import { checkReadiness, type ServiceParts } from './readiness.js';

/** Serves health and metrics of a worker without an API; null if no port is configured. @throws ConfigError */
export async function startStatusPart(
  config: Config,
  parts: ServiceParts,
  metrics: Metrics,
  clock: Clock,
  log: Logger,
): Promise<Listener | null> {
  const { PACKWARDEN_HOST: host, PACKWARDEN_WORKER_PORT: port } = config;
  if (port === undefined) return null;
  const handler = createStatusApi({
    readiness: { check: () => checkReadiness(parts) },
    authenticator: authenticatorOf(config, clock),
    metrics,
    clock,
    newId: randomUUID,
    log,
  });
  return listenOn(handler, { host, port, portSetting: 'PACKWARDEN_WORKER_PORT' });
}
