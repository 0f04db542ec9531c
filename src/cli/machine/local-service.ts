import type { Config } from '../../app/config/config.js';
import { createLogger } from '../../app/logger.js';
import { startService } from '../../app/service.js';

const READY_MS = 2_000;

/** The service on this machine that a command uses. */
export interface LocalService {
  /** Its address, e.g. `http://127.0.0.1:3000`. */
  readonly base: string;
  /** Whether it was started for this command, and stops with it. */
  readonly isOwn: boolean;
}

/** What happens where no service runs yet. */
export interface OwnStart {
  /** Reports that a service was started. */
  readonly say: (text: string) => void;
  /** Makes the machine ready for a service before one is started. */
  readonly prepare?: () => Promise<void>;
}

/**
 * Calls `use` with the service that already runs at the configured address, or with one that is started for the call and stopped after it.
 * @throws whatever `use`, `prepare`, or the start of the service, throws
 */
export async function withLocalService(
  config: Config,
  { say, prepare }: OwnStart,
  use: (service: LocalService) => Promise<number>,
): Promise<number> {
  const base = localBase(config);
  if (await isReady(base)) return use({ base, isOwn: false });
  await prepare?.();
  const service = await startService(config, 'all', createLogger('error'));
  try {
    const address = service.url ?? base;
    say(`started the service on ${address} for this command`);
    return await use({ base: address, isOwn: true });
  } finally {
    await service.stop();
  }
}

/** The address of the configured service. */
export function localBase(config: Config): string {
  return `http://${config.PACKWARDEN_HOST}:${config.PACKWARDEN_PORT}`;
}

/** Whether a service that is ready for jobs answers at `base`. */
async function isReady(base: string): Promise<boolean> {
  try {
    return (await fetch(`${base}/readyz`, { signal: AbortSignal.timeout(READY_MS) })).ok;
  } catch {
    return false;
  }
}
