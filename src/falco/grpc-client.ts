import { fileURLToPath } from 'node:url';
import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { z } from 'zod';
import type { Alert } from './alert.js';
import { decodeGrpcAlert, MalformedAlertError } from './decode.js';

/** Where a Falco listens: on a unix socket (no authentication), or on `host:port`, for which Falco requires mutual TLS. */
export type GrpcTarget =
  | { readonly socket: string }
  | { readonly address: string; readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer } };

/** Why a Falco did not answer. */
export class FalcoUnavailableError extends Error {
  override readonly name = 'FalcoUnavailableError';
  readonly code = 'falco-unavailable';
}

/** The subscription: sends empty requests, and receives alerts. An unreadable message is an element of the stream and does not end it. */
export type AlertStream = ClientDuplexStream<object, Alert | MalformedAlertError>;

// The same relative path from src/falco and from dist/falco.
const PROTO_DIR = fileURLToPath(new URL('../../protos', import.meta.url));

const definitions = loadSync(['outputs.proto', 'version.proto'], {
  includeDirs: [PROTO_DIR],
  keepCase: true,
  longs: String,
  enums: String,
});
const SUB = methodOf('falco.outputs.service', 'sub');
const VERSION = methodOf('falco.version.service', 'version');

function methodOf(service: string, method: string): MethodDefinition<object, object> {
  const found = (definitions[service] as ServiceDefinition | undefined)?.[method];
  if (found === undefined) throw new Error(`protos/ do not define ${service}/${method}`);
  return found;
}

const versionSchema = z.object({ version: z.string().min(1) });

/** One connection to one Falco. */
export class GrpcClient {
  readonly #client: Client;

  constructor(target: GrpcTarget) {
    this.#client = new Client(addressOf(target), credentialsOf(target), {
      // A pool shared between connections would also share the back-off of an earlier, broken connection.
      'grpc.use_local_subchannel_pool': 1,
      // Falco is on this host or inside the company: never use an http_proxy from the environment.
      'grpc.enable_http_proxy': 0,
    });
  }

  /**
   * Asks for Falco's version, e.g. `0.43.1`.
   *
   * @throws FalcoUnavailableError if there is no answer within `timeoutMs`, or `signal` is aborted first
   */
  version(timeoutMs: number, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        VERSION.path,
        VERSION.requestSerialize,
        VERSION.responseDeserialize,
        {},
        { deadline: Date.now() + timeoutMs },
        (cause, answer) => {
          signal.removeEventListener('abort', cancel);
          const parsed = versionSchema.safeParse(answer);
          if (parsed.success) resolve(parsed.data.version);
          else reject(new FalcoUnavailableError(cause?.message ?? 'an answer without a version', { cause }));
        },
      );
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Opens `sub`. Falco sends nothing before the first request, and expects another request after each drain of its queue. */
  subscribe(): AlertStream {
    return this.#client.makeBidiStreamRequest(SUB.path, SUB.requestSerialize, decodeMessage);
  }

  close(): void {
    this.#client.close();
  }
}

/** Decodes the bytes of one `falco.outputs.response`. Never throws: what it can't read is an element of the stream, too. */
export function decodeMessage(bytes: Buffer): Alert | MalformedAlertError {
  try {
    return decodeGrpcAlert(SUB.responseDeserialize(bytes));
  } catch (cause) {
    // An exception here would end the whole stream.
    return cause instanceof MalformedAlertError ? cause : new MalformedAlertError('not a protobuf message', { cause });
  }
}

function addressOf(target: GrpcTarget): string {
  return 'socket' in target ? `unix:${target.socket}` : target.address;
}

function credentialsOf(target: GrpcTarget) {
  if ('socket' in target) return credentials.createInsecure();
  const { ca, key, cert } = target.tls;
  return credentials.createSsl(ca, key, cert);
}
