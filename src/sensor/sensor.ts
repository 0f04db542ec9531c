import { hostname } from 'node:os';
import type { Logger } from 'pino';
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

/** What a sensor is started with. */
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
  /** Alerts that are kept while nobody reads; default 100,000 (about 300 MB at worst). Of more, whoever has most loses: a gap in the numbers of its alerts tells. */
  readonly queueCapacity?: number;
  /** Docker's data folder, for containers' names; default `/var/lib/docker`. */
  readonly dockerRoot?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Told of each reload, good or refused. */
  readonly onReload?: (status: RuleSetStatus) => void;
  /** More output for every alert; default: the fields that say which container it is, as `falco -pc` does. */
  readonly appendOutput?: readonly AppendedOutput[];
}

/** A sensor that watches and answers. */
export interface Sensor {
  /** Process id of the probe. */
  readonly probePid: number;
  /** The rules in force, and why the last reload was refused. */
  readonly rules: RuleSetStatus;
  /** Rejects as soon as nothing is watched any more (SensorError); resolves after `stop`. */
  readonly closed: Promise<void>;
  /** Reads the rule files again, all or nothing; false when they are not good: the rules before stay in force. */
  reload(): Promise<boolean>;
  /** Ends all subscriptions with OK, then the probe. */
  stop(): Promise<void>;
}

const DEFAULT_CAPACITY = 100_000;

/** The gRPC client joins by `container.id`, the report by process: no alert may lack them, whatever its rule prints. */
const JOINED_FIELDS: readonly AppendedOutput[] = [
  { extraFields: ['container.id', 'container.name', 'container.image.repository', 'container.image.tag'] },
  { extraFields: ['proc.pid', 'proc.vpid', 'proc.ppid', 'proc.cwd', 'proc.cmdline'] },
];

/**
 * Starts the embedded sensor: resolves when the kernel side is attached and the socket listens. The rule files are
 * watched: a change of them is taken over, all or nothing.
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
        // Rules for GitLab's audit events may stand in the same files.
        otherSources: ['gitlab'],
        otherPlugins: [{ name: 'gitlab', version: '0.1.0' }],
      },
      read: () => readRuleFiles(options.rules),
      now,
      log: options.logger,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SensorError('rules', `the rules can not be used: ${reason}`, { cause });
  }
}
