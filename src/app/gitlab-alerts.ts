import type { Logger } from 'pino';
import type { AlertHub } from '../falco/hub.js';
import { fromFalco, GITLAB_SOURCE } from '../gitlab/falco-alert.js';
import { AlertStore } from '../gitlab/store/alerts.js';
import type { Clock } from '../jobs/ports.js';
import { producerConnection, type RedisUrl } from '../queue/connection.js';
import type { Config } from './config.js';
import { readDestinations } from './gitlab-part.js';

/** Keeps what a Falco with a GitLab plugin says beside our own alerts of that source. Resolves with how to stop. */
export function keepFalcoGitlabAlerts(
  config: Config,
  url: RedisUrl,
  hub: AlertHub,
  clock: Clock,
  log: Logger,
): { stop(): Promise<void> } {
  const instances = readDestinations(config)?.instances() ?? new Set<string>();
  const redis = producerConnection(url, log);
  const alerts = new AlertStore(redis);
  hub.route(GITLAB_SOURCE, (alert) => {
    const kept = alerts.addForeign(fromFalco(alert, instances, clock.now()), config.PACKWARDEN_GITLAB_RETENTION_S);
    kept.catch((error: unknown) =>
      log.warn({ err: error, rule: alert.rule }, "a Falco's audit alert could not be kept"),
    );
  });
  return {
    async stop() {
      redis.disconnect();
    },
  };
}
