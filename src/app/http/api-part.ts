import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createApi } from '../../api/app.js';
import type { Clock } from '../../jobs/ports.js';
import { Submissions } from '../../jobs/submissions.js';
import type { Config } from '../config/config.js';
import { VERSION } from '../version.js';
import { authenticatorOf } from './authentication.js';
import { readCommandLine } from './command-line.js';
import { type Listener, listenOn } from './listener.js';
import type { Metrics } from './metrics.js';
import { checkReadiness, type ServiceParts } from './readiness.js';

/** The API part of the service: HTTP in front of the queue. */
export async function startApiPart(
  config: Config,
  parts: ServiceParts,
  metrics: Metrics,
  clock: Clock,
  log: Logger,
): Promise<Listener> {
  const { queue, spool, worker, gitlab } = parts;
  const stopping = new AbortController();
  const handler = createApi({
    jobs: new Submissions({
      blobs: spool,
      queue,
      clock,
      newId: randomUUID,
      maxEgress: config.PACKWARDEN_EGRESS_MAX ?? config.PACKWARDEN_EGRESS,
      async forget(id) {
        await queue.projects.forget(id);
        await queue.packages.forget(id);
        await gitlab?.forget(id);
      },
    }),
    readiness: { check: () => checkReadiness(parts) },
    authenticator: authenticatorOf(config, clock),
    projects: queue.projects,
    packages: queue.packages,
    commandLine: await readCommandLine(log),
    metrics,
    alertReceiver: worker?.alerts.receiver ?? null,
    ...(gitlab && { gitlab: gitlab.routes }),
    queueBoard: queue.board((id) => `/jobs/${id}`),
    stopping: stopping.signal,
    maxUploadBytes: config.PACKWARDEN_MAX_UPLOAD_BYTES,
    version: VERSION,
    clock,
    newId: randomUUID,
    log,
  });
  const { PACKWARDEN_HOST: host, PACKWARDEN_PORT: port } = config;
  const listener = await listenOn(handler, { host, port, portSetting: 'PACKWARDEN_PORT' });
  return {
    url: listener.url,
    async stop() {
      stopping.abort();
      await listener.stop();
    },
  };
}
