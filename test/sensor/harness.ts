import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, type ClientDuplexStream, credentials, type ServiceError } from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { pino } from 'pino';
import { imageTags } from '../../src/sandbox/container/image-tag.js';
import { type Sensor, type SensorOptions, startSensor } from '../../src/sensor/sensor.js';

const run = promisify(execFile);

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What scripts/build-sensor makes. */
const PROBE = join(ROOT, 'build/sensor/packwarden-probe');
/** Recordings of a real Falco. */
export const RECORDED = join(ROOT, '../shared/falco/alerts');
export const HAS_RECORDED = existsSync(RECORDED);

/** One `falco.outputs.response`, enums as names. */
export interface Response {
  readonly time: { readonly seconds: string; readonly nanos: number };
  readonly priority: string;
  readonly rule: string;
  readonly source: string;
  readonly source_deprecated: string;
  readonly output: string;
  readonly output_fields: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
}

const definitions = loadSync(['outputs.proto', 'version.proto'], {
  includeDirs: [join(ROOT, 'protos')],
  keepCase: true,
  longs: String,
  enums: String,
});

function method(service: string, name: string): MethodDefinition<object, object> {
  return (definitions[service] as ServiceDefinition)[name] as MethodDefinition<object, object>;
}

/** Builds what is not built yet. */
export async function buildProbe(): Promise<void> {
  await run('bash', [join(ROOT, 'scripts/build-sensor')]);
}

/** The sandbox image that belongs to this source. */
export function sandboxImage(): string {
  return imageTags().npm;
}

/** Waits until `holds` is true. */
export async function until(holds: () => boolean, what: string, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(20);
  }
}

/** A subscription to `sub` that asks for more every `pollMs`, or only on request. */
export class Subscription {
  readonly responses: Response[] = [];
  /** gRPC status code at the end, and what was said with it. */
  status: number | undefined;
  details = '';
  readonly #stream: ClientDuplexStream<object, object>;
  readonly #poll: NodeJS.Timeout | undefined;

  constructor(client: Client, pollMs: number | undefined) {
    const { path, requestSerialize, responseDeserialize } = method('falco.outputs.service', 'sub');
    this.#stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    this.#stream.on('data', (response: Response) => this.responses.push(response));
    this.#stream.on('error', () => undefined);
    this.#stream.on('status', ({ code, details }) => {
      this.status = code;
      this.details = details;
    });
    if (pollMs !== undefined) this.#poll = setInterval(() => this.request(), pollMs);
  }

  request(): void {
    this.#stream.write({});
  }

  close(): void {
    clearInterval(this.#poll);
    this.#stream.cancel();
  }

  ofRule(rule: string): Response[] {
    return this.responses.filter((response) => response.rule === rule);
  }
}

/** A sensor in this process, on the real kernel. */
export class TestSensor {
  readonly #clients: Client[] = [];

  private constructor(
    readonly sensor: Sensor,
    readonly socket: string,
    private readonly folder: string,
  ) {}

  static async start(rules: readonly string[], options: Partial<SensorOptions> = {}): Promise<TestSensor> {
    const folder = await mkdtemp(join(tmpdir(), 'packwarden-sensor-'));
    const socket = join(folder, 'falco.sock');
    const logger = pino({ level: 'silent' });
    try {
      const sensor = await startSensor({ socket, rules, probe: PROBE, logger, ...options });
      return new TestSensor(sensor, socket, folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  client(): Client {
    const client = new Client(`unix:${this.socket}`, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    this.#clients.push(client);
    return client;
  }

  subscribe(pollMs?: number): Subscription {
    return new Subscription(this.client(), pollMs);
  }

  version(): Promise<Record<string, unknown>> {
    const { path, requestSerialize, responseDeserialize } = method('falco.version.service', 'version');
    return new Promise((resolve, reject) => {
      const answer = (error: ServiceError | null, value?: object) =>
        error ? reject(error) : resolve(value as Record<string, unknown>);
      this.client().makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, answer);
    });
  }

  /** Calls `get` and resolves when it has ended. */
  get(): Promise<Response[]> {
    const { path, requestSerialize, responseDeserialize } = method('falco.outputs.service', 'get');
    const stream = this.client().makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
    const responses: Response[] = [];
    return new Promise((resolve, reject) => {
      stream.on('data', (response: Response) => responses.push(response));
      stream.on('error', reject);
      stream.on('end', () => resolve(responses));
    });
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.sensor.stop().catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Writes rules to a file of their own below `folder`. */
export async function ruleFile(folder: string, text: string): Promise<string> {
  const path = join(folder, `${randomUUID()}.yaml`);
  await writeFile(path, text);
  return path;
}

/** Runs a container to its end, with `files` copied in before it starts. Resolves with its full id and its standard output. */
export async function runContainer(
  image: string,
  command: readonly string[],
  options: { readonly args?: readonly string[]; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly id: string; readonly output: string }> {
  const { args = ['--network', 'none', '--user', '1000'], files = {} } = options;
  const { stdout } = await run('docker', ['create', '--entrypoint', '', ...args, image, ...command]);
  const id = stdout.trim();
  try {
    for (const [target, source] of Object.entries(files)) await run('docker', ['cp', source, `${id}:${target}`]);
    const { stdout: output } = await run('docker', ['start', '-a', id]);
    return { id, output };
  } finally {
    await run('docker', ['rm', '-f', id]);
  }
}

/** An internal network for the time of `use`. */
export async function withInternalNetwork<T>(use: (network: string) => Promise<T>): Promise<T> {
  const network = `packwarden-test-${randomUUID().slice(0, 8)}`;
  await run('docker', ['network', 'create', '--internal', network]);
  try {
    return await use(network);
  } finally {
    await run('docker', ['network', 'rm', network]);
  }
}
