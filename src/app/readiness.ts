import type { PartReadiness } from '../api/ports.js';
import type { BullQueue } from '../queue/bull-queue.js';
import type { GitlabPart } from './gitlab-part.js';
import type { WorkerPart } from './worker-part.js';

/** What `/readyz` says, of the parts that run in this process. */
export async function checkReadiness(queue: BullQueue, worker: WorkerPart | null, gitlab: GitlabPart | null) {
  const redis: PartReadiness = await queue.ping().then(
    () => ({ ready: true }),
    (error: Error) => ({ ready: false, reason: error.message }),
  );
  const sensor = worker?.alerts.sensor;
  const parts: Readonly<Record<string, PartReadiness>> = {
    redis,
    ...(worker ? { docker: worker.machine.docker(), alerts: worker.machine.alerts() } : {}),
    ...(sensor ? { rules: sensor.rules() } : {}),
    ...gitlab?.readiness(),
  };
  return { ready: Object.values(parts).every(({ ready, optional }) => ready || optional === true), parts };
}
