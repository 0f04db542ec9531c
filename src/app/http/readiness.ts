import type { PartReadiness } from '../../api/ports.js';
import type { Spool } from '../../blobs/spool.js';
import type { GeoStatus } from '../../gitlab/geo/databases.js';
import type { BullQueue } from '../../queue/bull-queue.js';
import type { RuleSetStatus } from '../../rules/index.js';
import type { GitlabPart } from '../gitlab/gitlab-part.js';
import { type Stores, storeFault } from '../stores.js';
import type { WorkerPart } from '../worker/worker-part.js';

/** The parts of the service that run in this process; null for those that do not. */
export interface ServiceParts {
  readonly queue: BullQueue;
  readonly spool: Spool;
  readonly stores: Stores;
  readonly worker: WorkerPart | null;
  readonly gitlab: GitlabPart | null;
}

/** The answer of `/readyz`, for the parts that run in this process. */
export async function checkReadiness({ queue, spool, stores, worker, gitlab }: ServiceParts) {
  const redis: PartReadiness = await queue.ping().then(
    () => ({ ready: true }),
    (error: Error) => ({ ready: false, reason: error.message }),
  );
  const disk = readinessOf(await spool.fault());
  const store = readinessOf(await storeFault(stores));
  const sensor = worker?.alerts.sensor;
  const parts: Readonly<Record<string, PartReadiness>> = {
    redis,
    disk,
    store,
    ...(worker ? { docker: worker.machine.docker(), alerts: worker.machine.alerts() } : {}),
    ...(sensor ? { rules: sensor.rules() } : {}),
    ...(gitlab ? gitlabParts(gitlab) : {}),
  };
  return { ready: Object.values(parts).every(({ ready, optional }) => ready || optional === true), parts };
}

function readinessOf(fault: string | null): PartReadiness {
  return fault === null ? { ready: true } : { ready: false, reason: fault };
}

function gitlabParts(gitlab: GitlabPart): Readonly<Record<string, PartReadiness>> {
  const { rules, geo } = gitlab.status();
  return { gitlabRules: rulesReadiness(rules), ...(geo && { geo: geoReadiness(geo) }) };
}

/** If a rule file is invalid, the previous set stays in force, so events are still evaluated. */
function rulesReadiness({ rules, lastError }: RuleSetStatus): PartReadiness {
  const base = { ready: true, optional: true, rules } as const;
  return lastError === null ? base : { ...base, reason: `the files on disk are not in force: ${lastError.message}` };
}

/** Without the location database events are still evaluated, except by rules about countries and networks. */
function geoReadiness({ hasPlaces, fault, files }: GeoStatus): PartReadiness {
  return { ready: hasPlaces, optional: true, files, ...(fault !== null && { reason: fault }) };
}
