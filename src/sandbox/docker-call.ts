import { SandboxError } from './errors.js';

/** How long one call to the engine may take, in milliseconds; a start on a loaded machine takes seconds. */
const CALL_MS = 30_000;

const UNREACHABLE = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EACCES', 'ETIMEDOUT', 'ENOTFOUND']);

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
  const code = UNREACHABLE.has(errnoOf(error) ?? '') ? 'docker-unavailable' : 'docker-failed';
  return new SandboxError(code, `${what}: ${reason}`, { cause: error });
}

/**
 * Waits for a call to the engine until its deadline. A call that comes back later is not undone here: what it made
 * carries the job's label, by which it is found and removed. @throws SandboxError
 */
export async function inTime<T>(what: string, call: Promise<T>, ms: number = CALL_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    const message = `${what}: the Docker engine did not answer within ${ms / 1000} s`;
    timer = setTimeout(() => reject(new SandboxError('docker-unavailable', message)), ms);
  });
  try {
    return await Promise.race([call, limit]);
  } catch (error) {
    throw toSandboxError(what, error);
  } finally {
    clearTimeout(timer);
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
