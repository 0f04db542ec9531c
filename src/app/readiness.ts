import type { PartReadiness } from '../api/ports.js';
import type { Spool } from '../blobs/spool.js';
import type { GeoStatus } from '../gitlab/geo/databases.js';
import type { BullQueue } from '../queue/bull-queue.js';
import type { RuleSetStatus } from '../rules/index.js';
import type { GitlabPart } from './gitlab-part.js';
import type { WorkerPart } from './worker/worker-part.js';

/** What of the service runs in this process; null where it does not. */
export interface ServiceParts {
  readonly queue: BullQueue;
  readonly spool: Spool;
  readonly worker: WorkerPart | null;
  readonly gitlab: GitlabPart | null;
}

/** What `/readyz` says, of the parts that run in this process. */
export async function checkReadiness({ queue, spool, worker, gitlab }: ServiceParts) {
  const redis: PartReadiness = await queue.ping().then(
    () => ({ ready: true }),
    (error: Error) => ({ ready: false, reason: error.message }),
  );
  const noRoom = await spool.fault();
  const disk: PartReadiness = noRoom === null ? { ready: true } : { ready: false, reason: noRoom };
  const sensor = worker?.alerts.sensor;
  const parts: Readonly<Record<string, PartReadiness>> = {
    redis,
    disk,
    ...(worker ? { docker: worker.machine.docker(), alerts: worker.machine.alerts() } : {}),
    ...(sensor ? { rules: sensor.rules() } : {}),
    ...(gitlab ? gitlabParts(gitlab) : {}),
  };
  return { ready: Object.values(parts).every(({ ready, optional }) => ready || optional === true), parts };
}

function gitlabParts(gitlab: GitlabPart): Readonly<Record<string, PartReadiness>> {
  const { rules, geo } = gitlab.status();
  return { gitlabRules: rulesReadiness(rules), ...(geo && { geo: geoReadiness(geo) }) };
}

/** A file that was refused leaves the set before in force: events are still judged. */
function rulesReadiness({ rules, lastError }: RuleSetStatus): PartReadiness {
  const base = { ready: true, optional: true, rules } as const;
  return lastError === null ? base : { ...base, reason: `the files on disk are not in force: ${lastError.message}` };
}

/** Without places events are judged all the same, but by no rule about countries and networks. */
function geoReadiness({ hasPlaces, fault, files }: GeoStatus): PartReadiness {
  return { ready: hasPlaces, optional: true, files, ...(fault !== null && { reason: fault }) };
}
