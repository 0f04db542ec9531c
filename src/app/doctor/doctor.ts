import type { Config } from '../config/config.js';
import { falcoChecks } from './falco.js';
import { type Check, fail, type Host, reasonOf } from './host.js';
import { kernelChecks } from './kernel.js';
import { certificateChecks, registryAndClock, serviceChecks } from './outside.js';
import { diskChecks, engineChecks, redisChecks, storeChecks } from './parts.js';

/** Which half of the service runs on a machine. */
export type DoctorRole = 'all' | 'api' | 'worker';

/** Checks everything that the service needs on this machine, and changes nothing. Never throws: an error is a failed check. */
export async function examine(host: Host, config: Config, role: DoctorRole): Promise<readonly Check[]> {
  const isWorker = role !== 'api';
  const { PACKWARDEN_FALCO_GRPC: grpc, PACKWARDEN_FALCO_FILE: file, PACKWARDEN_FALCO_HTTP_SECRET: secret } = config;
  const embedded = grpc === undefined && file === undefined && secret === undefined;
  const redis = await redisChecks(host, config);
  const parts: readonly (readonly [string, boolean, () => Promise<readonly Check[]>])[] = [
    ['kernel', isWorker, () => kernelChecks(host, embedded)],
    ['docker', isWorker, () => engineChecks(host, config)],
    ['falco', isWorker && !embedded, () => falcoChecks(host, config)],
    ['redis', true, async () => redis.checks],
    ['disk', true, () => diskChecks(host, config)],
    ['store', config.PACKWARDEN_STORE !== 'file', () => storeChecks(host, config)],
    ['registry', true, () => registryAndClock(host, config, redis.nowMs)],
    ['certificates', true, () => certificateChecks(host, config)],
    ['service', true, () => serviceChecks(host, config)],
  ];
  const checks: Check[] = [];
  for (const [name, isWanted, look] of parts) if (isWanted) checks.push(...(await looked(name, look)));
  return checks;
}

async function looked(name: string, look: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    return [fail(name, `it could not be checked: ${reasonOf(error)}`, 'make sure that this user may read it')];
  }
}
