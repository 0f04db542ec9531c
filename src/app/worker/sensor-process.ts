import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { PartReadiness } from '../../api/ports.js';
import { OWN_RULE_FILES } from '../own-rules.js';

const SENSOR_MAIN = fileURLToPath(new URL('../../sensor/main.js', import.meta.url));
const PROBE = fileURLToPath(new URL('../../../build/sensor/packwarden-probe', import.meta.url));

const MIN_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;
/** A sensor that ran for this long was healthy: its exit does not increase the back-off. */
const HEALTHY_MS = 30_000;

/** A line of the sensor's standard output: it is observing, or it has reloaded the rule files. */
const reportSchema = z.union([
  z.object({ ready: z.literal(true), rules: z.number() }),
  z.object({ reloaded: z.boolean(), rules: z.number(), error: z.string().optional() }),
]);
type SensorReport = z.infer<typeof reportSchema>;

/** A line of the sensor's standard error: a pino log line. */
const sensorLogSchema = z.object({ msg: z.string(), err: z.object({ message: z.string() }).optional() });

/**
 * The embedded sensor as a child process, which is restarted when it exits. This class does not have to report an exit: the gRPC
 * stream breaks, and the alert source then marks every running job. The sensor exits with this process, as its standard input closes.
 */
export class SensorProcess {
  readonly #socket: string;
  readonly #moreRules: readonly string[];
  readonly #log: Logger;
  #child: ChildProcess | undefined;
  #failures = 0;
  #stopping = false;
  #restart: NodeJS.Timeout | undefined;
  #lastMessage = '';
  #report: SensorReport | null = null;

  /** `moreRules`: files or folders that are loaded after our own. */
  constructor(socket: string, moreRules: readonly string[], log: Logger) {
    this.#socket = socket;
    this.#moreRules = moreRules;
    this.#log = log;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The sensor's last line on standard error, which explains why there are no alerts. */
  get lastMessage(): string {
    return this.#lastMessage;
  }

  /** Whether the rule files on disk are in force; null until the sensor has reported it. */
  get rulesInForce(): boolean | null {
    if (this.#report === null) return null;
    return 'ready' in this.#report || this.#report.reloaded;
  }

  /** The state of the rules for `/readyz`. If a rule file is invalid, the previous set stays in force: jobs still run. */
  rules(): PartReadiness {
    if (this.#report === null) return { ready: false, reason: 'not loaded yet' };
    const base = { ready: true, rules: this.#report.rules };
    if ('ready' in this.#report || this.#report.reloaded) return base;
    return { ...base, reason: `the files on disk are not in force: ${this.#report.error ?? 'refused'}` };
  }

  /** Makes the sensor reload the rule files. */
  reload(): void {
    this.#child?.kill('SIGHUP');
  }

  start(): void {
    const args = [
      SENSOR_MAIN,
      '--socket',
      this.#socket,
      '--probe',
      PROBE,
      '--rules',
      ...OWN_RULE_FILES,
      ...this.#moreRules,
    ];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const started = performance.now();
    this.#child = child;
    createInterface(child.stdout).on('line', (line) => this.#readReport(line));
    createInterface(child.stderr).on('line', (line) => this.#readLogLine(line));
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => this.#log.error({ reason: error.message }, 'the sensor could not be started'));
    child.once('exit', (code, signal) => this.#onExit(code, signal, performance.now() - started));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const killTimer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(killTimer);
  }

  #readReport(line: string): void {
    const report = reportSchema.safeParse(parseJson(line));
    if (!report.success) return;
    this.#report = report.data;
    if ('ready' in report.data || report.data.reloaded) this.#log.info(report.data, 'the sensor loaded its rules');
    else this.#log.error(report.data, 'the changed rule files are invalid; the previous rules stay in force');
  }

  #readLogLine(line: string): void {
    const entry = sensorLogSchema.safeParse(parseJson(line));
    const text = entry.success
      ? [entry.data.msg, entry.data.err?.message].filter((part) => part !== undefined).join(': ')
      : line;
    this.#lastMessage = text.slice(0, 500);
    this.#log.warn({ sensor: this.#lastMessage }, 'message from the sensor');
  }

  #onExit(code: number | null, signal: NodeJS.Signals | null, ranMs: number): void {
    this.#report = null;
    if (this.#stopping) return;
    this.#failures = ranMs > HEALTHY_MS ? 0 : this.#failures + 1;
    const delay = Math.min(MIN_BACKOFF_MS * 2 ** this.#failures, MAX_BACKOFF_MS);
    this.#log.error({ code, signal, delay }, 'the sensor exited; restarting it');
    this.#restart = setTimeout(() => this.start(), delay);
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
