import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { messageOf } from '../errors/message.js';
import {
  type AppendedOutput,
  RuleSetHolder,
  type RuleSetStatus,
  readRuleFiles,
  type Watching,
  watchRuleFiles,
} from '../rules/index.js';
import { SensorError } from './errors.js';
import type { SensorEvent } from './event/event.js';
import { FairRecords } from './fair-records.js';
import { syscallCatalog } from './fields/catalog.js';
import { AlertQueue } from './outputs/queue.js';
import { OutputsServer } from './outputs/server.js';
import { type Probe, startProbe } from './probe/probe.js';
import { wantedCalls } from './wanted-calls.js';
import { Watcher } from './watcher.js';

/** Options of a sensor. */
export interface SensorOptions {
  /** Path of the unix socket to serve. */
  readonly socket: string;
  /** Falco rule files, or folders of them, in order. */
  readonly rules: readonly string[];
  /** Path of packwarden-probe. */
  readonly probe: string;
  readonly logger: Logger;
  /** Size of the kernel's ring buffer in bytes, a power of two; default 32 MiB. */
  readonly ringBytes?: number;
  /**
   * How many alerts are kept while no client reads them; default 100,000 (at most about 300 MB). Beyond that the container with the most
   * queued alerts loses its newest ones, which shows as a gap in its alert numbers.
   */
  readonly queueCapacity?: number;
  /** Docker's data folder, used to look up the names of containers; default `/var/lib/docker`. */
  readonly dockerRoot?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Called after each reload, whether it succeeded or not. */
  readonly onReload?: (status: RuleSetStatus) => void;
  /** Output fields to append to every alert; default: those that identify the container, as `falco -pc` does. */
  readonly appendOutput?: readonly AppendedOutput[];
}

/** A running sensor. */
export interface Sensor {
  /** Process id of the probe. */
  readonly probePid: number;
  /** The active rules, and the error of the last reload if it failed. */
  readonly rules: RuleSetStatus;
  /** Rejects with a SensorError as soon as events are no longer recorded; resolves after `stop`. */
  readonly closed: Promise<void>;
  /** Reads the rule files again, all or nothing. Returns false when they are invalid; the previous rules then stay active. */
  reload(): Promise<boolean>;
  /** Ends all subscriptions with OK, then stops the probe. */
  stop(): Promise<void>;
}

const DEFAULT_CAPACITY = 100_000;

/**
 * The gRPC client correlates alerts by `container.id`, and the report by process, so every alert needs these fields, whatever its rule
 * prints.
 */
const JOINED_FIELDS: readonly AppendedOutput[] = [
  { extraFields: ['container.id', 'container.name', 'container.image.repository', 'container.image.tag'] },
  { extraFields: ['proc.pid', 'proc.vpid', 'proc.ppid', 'proc.cwd', 'proc.cmdline'] },
];

/**
 * Starts the embedded sensor. Resolves when the eBPF programs are attached and the socket is listening. The rule files are watched: a
 * change is applied all or nothing.
 *
 * @throws SensorError (see its codes)
 */
export async function startSensor(options: SensorOptions): Promise<Sensor> {
  const now = options.now ?? Date.now;
  const rules = await startRules(options, now);
  const queue = new AlertQueue(options.queueCapacity ?? DEFAULT_CAPACITY);
  const watcher = new Watcher(rules, queue, {
    dockerRoot: options.dockerRoot ?? '/var/lib/docker',
    hostname: hostname(),
    now,
  });
  const server = new OutputsServer(queue, options.socket);
  const { ringBytes } = options;
  const probe = await startProbe(
    { executable: options.probe, ...(ringBytes !== undefined && { ringBytes }) },
    new FairRecords(watcher),
  );
  probe.record(wantedCalls(rules.engine.rules));
  try {
    await server.start();
    const sensor = new RunningSensor(rules, server, probe, options.onReload);
    await sensor.watch(options.rules, options.logger);
    return sensor;
  } catch (error) {
    await probe.stop();
    throw error;
  }
}

class RunningSensor implements Sensor {
  #watching: Watching | undefined;

  constructor(
    private readonly holder: RuleSetHolder<SensorEvent>,
    private readonly server: OutputsServer,
    private readonly probe: Probe,
    private readonly onReload: ((status: RuleSetStatus) => void) | undefined,
  ) {}

  get probePid(): number {
    return this.probe.pid;
  }

  get closed(): Promise<void> {
    return this.probe.closed;
  }

  get rules(): RuleSetStatus {
    return this.holder.status;
  }

  async watch(paths: readonly string[], logger: Logger): Promise<void> {
    this.#watching = await watchRuleFiles(paths, () => void this.reload(), logger);
  }

  async reload(): Promise<boolean> {
    const isGood = await this.holder.reload();
    this.probe.record(wantedCalls(this.holder.engine.rules));
    this.onReload?.(this.holder.status);
    return isGood;
  }

  async stop(): Promise<void> {
    this.#watching?.stop();
    await this.server.stop();
    await this.probe.stop();
  }
}

async function startRules(options: SensorOptions, now: () => number): Promise<RuleSetHolder<SensorEvent>> {
  try {
    return await RuleSetHolder.start({
      catalog: syscallCatalog,
      options: {
        matching: 'all',
        timeFormat: 'iso8601',
        appendOutput: options.appendOutput ?? JOINED_FIELDS,
        // The same files may contain rules for GitLab's audit events; they are ignored here.
        otherSources: ['gitlab'],
        otherPlugins: [{ name: 'gitlab', version: '0.1.0' }],
      },
      read: () => readRuleFiles(options.rules),
      now,
      log: options.logger,
    });
  } catch (cause) {
    const reason = messageOf(cause);
    throw new SensorError('rules', `the rules cannot be used: ${reason}`, { cause });
  }
}
