import type { Logger } from 'pino';
import type { AlertHub } from '../falco/hub.js';
import { fromFalco, GITLAB_SOURCE } from '../gitlab/falco-alert.js';
import { AlertStore } from '../gitlab/store/alerts.js';
import type { Clock } from '../jobs/ports.js';
import { producerConnection, type RedisUrl } from '../queue/connection.js';
import type { Config } from './config.js';
import { openDestinations } from './gitlab-part.js';

/** Keeps what a Falco with a GitLab plugin says beside our own alerts of that source. Returns how to read the destinations again, and how to stop. */
export function keepFalcoGitlabAlerts(
  config: Config,
  url: RedisUrl,
  hub: AlertHub,
  clock: Clock,
  log: Logger,
): { reload(): void; stop(): Promise<void> } {
  const destinations = openDestinations(config, log);
  const redis = producerConnection(url, log);
  const alerts = new AlertStore(redis);
  hub.route(GITLAB_SOURCE, (alert) => {
    const instances = destinations?.instances() ?? new Set<string>();
    const kept = alerts.addForeign(fromFalco(alert, instances, clock.now()), config.PACKWARDEN_GITLAB_RETENTION_S);
    kept.catch((error: unknown) =>
      log.warn({ err: error, rule: alert.rule }, "a Falco's audit alert could not be kept"),
    );
  });
  return {
    reload: () => void destinations?.reload(),
    async stop() {
      redis.disconnect();
    },
  };
}
