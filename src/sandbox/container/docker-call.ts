import { messageOf } from '../../errors/message.js';
import { SandboxError } from '../errors.js';

/** Deadline for one call to the engine, in milliseconds; a start on a loaded machine takes seconds. */
const CALL_MS = 30_000;

const UNREACHABLE = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EACCES', 'ETIMEDOUT', 'ENOTFOUND']);

/** By default an engine has addresses for about thirty networks. These are the messages of moby's `ipamutils`, old and new. */
const NO_NETWORK_LEFT = /available,? (?:non-overlapping )?IPv4 address pool|address pools have been fully subnetted/i;

/** The HTTP status of the engine's answer, if there was one. */
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
  const reason = messageOf(error);
  if (NO_NETWORK_LEFT.test(reason)) {
    const message = `${what}: the Docker engine of this machine is overloaded: ${reason}`;
    return new SandboxError('docker-overloaded', message, { cause: error });
  }
  const code = UNREACHABLE.has(errnoOf(error) ?? '') ? 'docker-unavailable' : 'docker-failed';
  return new SandboxError(code, `${what}: ${reason}`, { cause: error });
}

/** Waits for a call to the engine, up to a deadline. Use `made` for calls that create something. @throws SandboxError */
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
 * Like `inTime`, for a call that creates something. An overloaded engine may complete it after the deadline, when nobody waits for it any
 * more; the result is then removed again. If that fails too, the sweep finds it by its label.
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

/** Like `inTime`, for a removal: it is not an error if the object does not exist (404) or is being removed by another call (409). */
export async function removed(what: string, call: Promise<unknown>): Promise<void> {
  try {
    await inTime(what, call);
  } catch (error) {
    const status = error instanceof SandboxError ? statusOf(error.cause) : undefined;
    if (status !== 404 && status !== 409) throw error;
  }
}
