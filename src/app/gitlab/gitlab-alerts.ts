import type { Logger } from 'pino';
import type { AlertHub } from '../../falco/hub.js';
import { fromFalco, GITLAB_SOURCE } from '../../gitlab/falco-alert.js';
import type { DestinationsInForce } from '../../gitlab/receive/destinations-in-force.js';
import { AlertStore } from '../../gitlab/store/alerts.js';
import type { Clock } from '../../jobs/ports.js';
import { producerConnection, type RedisUrl } from '../../queue/connection.js';
import type { Config } from '../config/config.js';

/** Stores the alerts of a Falco with a GitLab plugin together with our own alerts of that source, until it is stopped. */
export function keepFalcoGitlabAlerts(
  config: Config,
  url: RedisUrl,
  destinations: DestinationsInForce | null,
  hub: AlertHub,
  clock: Clock,
  log: Logger,
): { stop(): Promise<void> } {
  const redis = producerConnection(url, log);
  const alerts = new AlertStore(redis);
  hub.route(GITLAB_SOURCE, (alert) => {
    const instances = destinations?.instances() ?? new Set<string>();
    const kept = alerts.addForeign(fromFalco(alert, instances, clock.now()), config.PACKWARDEN_GITLAB_RETENTION_S);
    kept.catch((error: unknown) =>
      log.warn({ err: error, rule: alert.rule }, 'an audit alert from Falco could not be stored'),
    );
  });
  return {
    async stop() {
      redis.disconnect();
    },
  };
}
