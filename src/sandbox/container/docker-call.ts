import { SandboxError } from '../errors.js';

/** How long one call to the engine may take, in milliseconds; a start on a loaded machine takes seconds. */
const CALL_MS = 30_000;

const UNREACHABLE = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EACCES', 'ETIMEDOUT', 'ENOTFOUND']);

/** An engine has addresses for some thirty networks by default; the words are those of moby's `ipamutils`, old and new. */
const NO_NETWORK_LEFT = /available,? (?:non-overlapping )?IPv4 address pool|address pools have been fully subnetted/i;

/** The HTTP status of the engine's answer, where there was one. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function toSandboxError(what: string, error: unknown): SandboxError {
  if (error instanceof SandboxError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (NO_NETWORK_LEFT.test(reason)) {
    const message = `${what}: the Docker engine of this machine is overloaded: ${reason}`;
    return new SandboxError('docker-overloaded', message, { cause: error });
  }
  const code = UNREACHABLE.has(errnoOf(error) ?? '') ? 'docker-unavailable' : 'docker-failed';
  return new SandboxError(code, `${what}: ${reason}`, { cause: error });
}

/** Waits for a call to the engine until its deadline. What makes something goes by `made`. @throws SandboxError */
export async function inTime<T>(what: string, call: Promise<T>, ms: number = CALL_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    const message = `${what}: the Docker engine of this machine is overloaded: it did not answer within ${ms / 1000} s`;
    timer = setTimeout(() => reject(new SandboxError('docker-overloaded', message)), ms);
  });
  try {
    return await Promise.race([call, limit]);
  } catch (error) {
    throw toSandboxError(what, error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * As `inTime`, for a call that makes something. An engine that is overloaded makes it all the same, when nobody waits for it any more: then it is
 * removed again. Where that fails too, the sweep finds it by its label.
 */
export async function made<T>(
  what: string,
  call: Promise<T>,
  remove: (made: T) => Promise<unknown>,
  ms: number = CALL_MS,
): Promise<T> {
  try {
    return await inTime(what, call, ms);
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'docker-overloaded') {
      void call.then(remove).catch(() => undefined);
    }
    throw error;
  }
}

/** As `inTime`, for a removal: what is not there (404), or is being removed by another call (409), is no error. */
export async function removed(what: string, call: Promise<unknown>): Promise<void> {
  try {
    await inTime(what, call);
  } catch (error) {
    const status = error instanceof SandboxError ? statusOf(error.cause) : undefined;
    if (status !== 404 && status !== 409) throw error;
  }
}
