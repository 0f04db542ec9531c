import { fileURLToPath } from 'node:url';
import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { z } from 'zod';
import type { Alert } from './alert.js';
import { decodeGrpcAlert, MalformedAlertError } from './decode.js';

/** Where a Falco listens: its unix socket (no authentication), or `host:port`, where Falco insists on mutual TLS. */
export type GrpcTarget =
  | { readonly socket: string }
  | { readonly address: string; readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer } };

/** Why a Falco did not answer. */
export class FalcoUnavailableError extends Error {
  override readonly name = 'FalcoUnavailableError';
  readonly code = 'falco-unavailable';
}

/** The subscription: empty requests go up, alerts come down. A message that can't be read is an element, not an end. */
export type AlertStream = ClientDuplexStream<object, Alert | MalformedAlertError>;

// Relative to src/falco and to dist/falco alike.
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
      // A pool shared between connections would also share the back-off of an earlier, broken one.
      'grpc.use_local_subchannel_pool': 1,
      // Falco is on this host or inside the company: never by way of an http_proxy of the environment.
      'grpc.enable_http_proxy': 0,
    });
  }

  /**
   * Asks for Falco's version, e.g. `0.43.1`.
   * @throws FalcoUnavailableError when there is no answer within `timeoutMs`, or `signal` aborts first
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

  /** Opens `sub`. Falco sends nothing before the first request, and waits for another one after each drain. */
  subscribe(): AlertStream {
    return this.#client.makeBidiStreamRequest(SUB.path, SUB.requestSerialize, decodeMessage);
  }

  close(): void {
    this.#client.close();
  }
}

function decodeMessage(bytes: Buffer): Alert | MalformedAlertError {
  try {
    return decodeGrpcAlert(SUB.responseDeserialize(bytes));
  } catch (cause) {
    // Thrown here it would end the whole stream.
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
