import { setTimeout as sleep } from 'node:timers/promises';
import { status as grpcStatus } from '@grpc/grpc-js';
import { messageOf } from '../errors/message.js';
import { MalformedAlertError } from './decode.js';
import { type AlertStream, GrpcClient, type GrpcTarget } from './grpc-client.js';
import type { AlertListener } from './source.js';

/** In milliseconds. */
export interface SessionTiming {
  /** Interval of empty requests: Falco drains its queue once for each. */
  readonly pollMs: number;
  /** Deadline for the version probe. */
  readonly probeTimeoutMs: number;
  /** Interval of version probes on a silent stream. */
  readonly heartbeatMs: number;
}

/**
 * Runs one connection from its version probe to its end. Resolves with the reason of the end; never rejects. The caller must call
 * `disconnected`.
 */
export async function runSession(
  target: GrpcTarget,
  listener: Pick<AlertListener, 'alert' | 'malformed' | 'connected'>,
  timing: SessionTiming,
  signal: AbortSignal,
): Promise<string> {
  const client = new GrpcClient(target);
  try {
    listener.connected(await client.version(timing.probeTimeoutMs, signal));
    const reason = await drain(client, listener, timing, signal);
    return signal.aborted ? 'stopped' : reason;
  } catch (error) {
    return messageOf(error);
  } finally {
    client.close();
  }
}

async function drain(
  client: GrpcClient,
  listener: Pick<AlertListener, 'alert' | 'malformed'>,
  timing: SessionTiming,
  signal: AbortSignal,
): Promise<string> {
  const stream = client.subscribe();
  const finished = new AbortController();
  let messages = 0;
  stream.on('data', (message) => {
    messages += 1;
    if (message instanceof MalformedAlertError) listener.malformed(message.message);
    else listener.alert(message);
  });
  // A half-close would leave the call open forever; only a cancel ends it.
  const cancel = () => stream.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const poll = setInterval(() => request(stream), timing.pollMs);
  request(stream);
  try {
    const ended = endOf(stream);
    const silent = silence(client, () => messages, timing, finished.signal);
    return await Promise.race([ended, silent]);
  } finally {
    clearInterval(poll);
    signal.removeEventListener('abort', cancel);
    finished.abort();
    stream.cancel();
  }
}

function request(stream: AlertStream): void {
  // Don't queue requests if the server does not read them.
  if (!stream.writableNeedDrain) stream.write({});
}

function endOf(stream: AlertStream): Promise<string> {
  // `status` contains the same information as `error` and is also emitted for OK; without a listener, `error` would throw.
  stream.on('error', () => undefined);
  return new Promise((resolve) => {
    stream.on('status', ({ code, details }) => {
      resolve(code === grpcStatus.OK ? 'the stream ended: Falco stops or reloads' : `${grpcStatus[code]}: ${details}`);
    });
  });
}

/** Resolves when neither an alert nor an answer to the version probe has arrived within the probe's deadline. */
async function silence(
  client: GrpcClient,
  received: () => number,
  timing: SessionTiming,
  finished: AbortSignal,
): Promise<string> {
  for (;;) {
    try {
      await sleep(timing.heartbeatMs, undefined, { signal: finished });
    } catch {
      return 'finished';
    }
    const before = received();
    try {
      await client.version(timing.probeTimeoutMs, finished);
    } catch {
      if (received() === before) return `no answer to the version probe within ${timing.probeTimeoutMs} ms`;
    }
  }
}
