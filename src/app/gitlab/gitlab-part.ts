import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { GitlabRoutes } from '../../api/app.js';
import { CORRELATION } from '../../gitlab/correlate/config.js';
import { Correlator } from '../../gitlab/correlator.js';
import { Feeds } from '../../gitlab/feed/feeds.js';
import { OperatorAlerts } from '../../gitlab/feed/operator-alerts.js';
import { SilenceWatch } from '../../gitlab/feed/silence-watch.js';
import { gitlabCatalog } from '../../gitlab/fields/catalog.js';
import { GITLAB_COMPILE_OPTIONS } from '../../gitlab/fields/evaluate.js';
import type { EvaluatedEvent } from '../../gitlab/fields/evaluated-event.js';
import { GeoDatabases, type GeoStatus, NO_PLACES } from '../../gitlab/geo/databases.js';
import type { DestinationsInForce } from '../../gitlab/receive/destinations-in-force.js';
import { EventReceiver, type ReceiverCounters } from '../../gitlab/receive/receiver.js';
import { AlertStore } from '../../gitlab/store/alerts.js';
import { EventEvaluator, type EventEvaluatorOptions } from '../../gitlab/store/evaluator.js';
import { ensureGroup, RedisEventLog } from '../../gitlab/store/event-log.js';
import { EventStore } from '../../gitlab/store/event-store.js';
import { CorrelationResults } from '../../gitlab/store/results.js';
import type { Clock } from '../../jobs/ports.js';
import { producerConnection, type RedisUrl, untilReady, workerConnection } from '../../queue/connection.js';
import { RuleSetHolder, type RuleSetStatus, readRuleFiles, watchRuleFiles } from '../../rules/index.js';
import type { Config } from '../config/config.js';

/** The GitLab part of the API: receiver, rules, alerts, correlation. */
export interface GitlabPart {
  readonly routes: GitlabRoutes;
  readonly figures: GitlabFigures;
  /** The rules and databases in use. `geo`: null if no folder of databases is configured. */
  status(): { readonly rules: RuleSetStatus; readonly geo: GeoStatus | null };
  /** Deletes what was found for a job, when the job is removed. */
  forget(jobId: string): Promise<void>;
  /** Reloads the rules. */
  reload(): void;
  stop(): Promise<void>;
}

/** Values for `/metrics`. */
export interface GitlabFigures {
  receiver(): ReceiverCounters;
  backlog(): number;
  silent(): number;
}

/** Called for each event when its processing is complete. */
export type OnSettled = EventEvaluatorOptions['onSettled'];

const OWN_RULES = fileURLToPath(new URL('../../../rules/gitlab.yaml', import.meta.url));
const REDIS_DEADLINE_MS = 15_000;

/** @throws RuleSetError, and what Redis throws */
export async function startGitlabPart(
  config: Config,
  url: RedisUrl,
  destinations: DestinationsInForce,
  onSettled: OnSettled,
  clock: Clock,
  log: Logger,
): Promise<GitlabPart> {
  const now = () => clock.now();
  const rulePaths = [OWN_RULES, ...config.PACKWARDEN_GITLAB_RULES];
  const rules = await RuleSetHolder.start<EvaluatedEvent>({
    catalog: gitlabCatalog,
    options: GITLAB_COMPILE_OPTIONS,
    read: () => readRuleFiles(rulePaths),
    now,
    log,
  });
  const watching = await watchRuleFiles(rulePaths, () => void rules.reload(), log);
  const folder = config.PACKWARDEN_GEOIP_DIR;
  const databases = folder === undefined ? null : await GeoDatabases.open(folder, log);
  const redis = producerConnection(url, log);
  const reader = workerConnection(url, log);
  await untilReady(redis, REDIS_DEADLINE_MS);
  await ensureGroup(reader);

  const retentionS = config.PACKWARDEN_GITLAB_RETENTION_S;
  const maxEvents = config.PACKWARDEN_GITLAB_MAX_EVENTS;
  const feeds = new Feeds(redis);
  const alerts = new AlertStore(redis);
  const shared = { redis, now, logger: log };
  const operator = new OperatorAlerts({ ...shared, rules, alerts, destinations });
  const eventLog = new RedisEventLog({
    redis,
    maxBacklog: maxEvents / 2,
    logger: log,
    onRejected: (rejected) => operator.rejected(rejected),
  });
  const receiver = new EventReceiver({ destinations, log: eventLog, now, logger: log });
  const evaluator = new EventEvaluator({
    redis: reader,
    log: eventLog,
    rules,
    places: databases ?? NO_PLACES,
    feeds: new Feeds(reader),
    consumer: hostname(),
    retentionS,
    maxEvents,
    now,
    logger: log,
    onSettled,
  });
  const silence = new SilenceWatch({ destinations, feeds, alerts: operator, now, logger: log });
  const correlator = new Correlator({
    destinations,
    events: new EventStore(redis),
    alerts,
    results: new CorrelationResults(redis, retentionS),
    feeds,
    backlog: () => eventLog.backlog,
    now,
    config: { ...CORRELATION, baselineProjects: config.PACKWARDEN_GITLAB_BASELINE_PROJECTS },
  });
  evaluator.start();
  silence.start();
  return {
    routes: { events: { receiver, path: config.PACKWARDEN_GITLAB_EVENTS_PATH }, alerts, correlation: correlator },
    figures: {
      receiver: () => receiver.counters,
      backlog: () => eventLog.backlog,
      silent: () => silence.silent.size,
    },
    status: () => ({ rules: rules.status, geo: databases?.status ?? null }),
    forget: (jobId) => correlator.forget(jobId),
    reload: () => void rules.reload(),
    async stop() {
      silence.stop();
      watching.stop();
      databases?.close();
      await evaluator.stop();
      reader.disconnect();
      redis.disconnect();
    },
  };
}
