import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { Clock, StepResult } from '../../jobs/ports.js';
import { type Step, type StepKind, Steps } from '../../report/evidence/steps.js';
import { FIRST_GUISE, type Guise } from '../../report/guise.js';
import { SandboxError } from '../errors.js';
import type { SandboxLimits } from '../options.js';
import { guiseVariables, type JobNumbers, newJobNumbers } from '../packages/guise-variables.js';
import { removed } from './docker-call.js';
import { type ExecRequest, type ExecResult, runExec } from './exec.js';
import { CI_USER, CONFINE, FETCH_USER } from './identity.js';
import { OutputTail } from './output-tail.js';

const LOG_BYTES = 64 * 1024;
/** Of a tool's complaint, in characters. */
const MESSAGE_CHARS = 500;
/** How long the end of everything in the container may take before the container itself is killed, in milliseconds. */
const KILL_MS = 5_000;

/** What the commands of one container need. */
export interface CommandParts {
  readonly container: Docker.Container;
  readonly limits: SandboxLimits;
  readonly clock: Clock;
  /** An unguessable name for a step. */
  readonly newStepId: () => string;
  readonly log: Logger;
}

/** A command that the report tells of. */
export interface StepRequest {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly kind: StepKind;
  /** Folder (`realPath`) of the package whose step it is; absent where it is no package's. */
  readonly folder?: string;
  /** As `Step.groups`. */
  readonly groups?: Step['groups'];
  /** As `Step.secret`. */
  readonly secret?: string;
  /** Absent: as in the first pass. */
  readonly guise?: Guise | undefined;
  /** Beyond `environment`. */
  readonly env?: readonly string[];
  /** For a program that takes input, and whose standard output is no part of the log. */
  readonly channel?: { readonly stdin: string; readonly stdout: OutputTail };
}

/** What one program printed on each stream, at most. */
export interface Captured extends ExecResult {
  readonly stdout: string;
  readonly stdoutBytes: number;
  readonly stderr: string;
}

/** What is asked of `#exec`, which adds the step's name, the user and the environment. */
interface Run extends Omit<ExecRequest, 'user'>, Pick<StepRequest, 'kind' | 'folder' | 'groups' | 'secret' | 'guise'> {}

/** Runs programs in one container as the project's user, each with its deadline. */
export class ContainerCommands {
  readonly #parts: CommandParts;
  readonly steps = new Steps();
  /** Of the CI job that this sandbox looks like. */
  readonly numbers: JobNumbers;
  #wasKilled = false;
  /** Beyond the container's own environment. */
  environment: readonly string[] = [];

  constructor(parts: CommandParts) {
    this.#parts = parts;
    this.numbers = newJobNumbers(parts.newStepId);
  }

  /** Whether the container had to be killed; nothing runs in it any more. */
  get wasKilled(): boolean {
    return this.#wasKilled;
  }

  /** A command of the report: its output's tail is kept, and at its deadline everything in the container ends. */
  async step(command: readonly string[], request: StepRequest): Promise<StepResult> {
    const { clock, log } = this.#parts;
    const { timeoutMs, channel, ...run } = request;
    const tail = new OutputTail(LOG_BYTES);
    const started = clock.now();
    const onOutput: ExecRequest['onOutput'] = (name, payload) =>
      (name === 'stdout' && channel ? channel.stdout : tail).push(payload);
    const stdin = channel ? { stdin: Readable.from([channel.stdin]) } : {};
    const { exitCode, timedOut } = await this.#exec({ ...run, command, ...stdin, deadlineMs: timeoutMs, onOutput });
    const durationMs = clock.now() - started;
    const step = { command: command.join(' '), exitCode, timedOut, durationMs, log: tail.text(), logBytes: tail.total };
    const cutBytes = Math.max(0, step.logBytes - LOG_BYTES);
    log.info({ command: command[0], exitCode, timedOut, durationMs, logBytes: tail.total, cutBytes }, 'step ended');
    return step;
  }

  /** A command of our own, whose output is read. */
  async capture(
    command: readonly string[],
    { cwd, stdin, keep = LOG_BYTES, kind = 'own' }: { cwd: string; stdin?: Readable; keep?: number; kind?: StepKind },
  ): Promise<Captured> {
    const stdout = new OutputTail(keep);
    const stderr = new OutputTail(LOG_BYTES);
    const { exitCode, timedOut } = await this.#exec({
      kind,
      command,
      cwd,
      ...(stdin === undefined ? {} : { stdin }),
      deadlineMs: this.#parts.limits.stepMs,
      onOutput: (name, payload) => (name === 'stdout' ? stdout : stderr).push(payload),
    });
    const said = timedOut ? `it took longer than ${this.#parts.limits.stepMs / 1000} s` : firstLines(stderr.text());
    return { exitCode, timedOut, stdout: stdout.text(), stdoutBytes: stdout.total, stderr: said };
  }

  async #exec(request: Run): Promise<ExecResult> {
    if (this.#wasKilled) {
      throw new SandboxError('container-killed', 'the sandbox was killed: what ran in it could not be ended otherwise');
    }
    const result = await this.#confined(request);
    if (result.timedOut) await this.endEverything();
    return result;
  }

  /**
   * Everything that runs as the project's user, our own tools too: what the project left running could write into the
   * memory of an unconfined process of the same user, and so do there what it may not do itself.
   */
  #confined({ kind, folder, groups, secret, guise, ...request }: Run): Promise<ExecResult> {
    const id = this.#parts.newStepId();
    const more = {
      ...(groups === undefined ? {} : { groups }),
      ...(secret === undefined ? {} : { secret }),
      ...(guise === undefined ? {} : { guise }),
    };
    this.steps.add({ id, kind, folder: folder ?? null, ...more });
    const command = [CONFINE, `step=${id}`, ...request.command];
    const user = kind === 'own' || kind === 'fetch' ? FETCH_USER : CI_USER;
    const machine = user === CI_USER ? guiseVariables(guise ?? FIRST_GUISE, this.numbers) : [];
    const env = [...machine, ...this.environment, ...(request.env ?? [])];
    return runExec(this.#parts.container, { ...request, command, env, user });
  }

  /**
   * Kills every process of the project's user: one system call that a fork can't slip past, whatever signals are ignored.
   * Where even that can't be started (a fork bomb holds all process ids), the container ends.
   */
  async endEverything(): Promise<void> {
    const { container, log } = this.#parts;
    const request = {
      kind: 'own',
      command: ['sh', '-c', 'kill -9 -1'],
      cwd: '/',
      deadlineMs: KILL_MS,
      onOutput: () => undefined,
    } as const;
    const killed = await this.#confined(request).catch(() => undefined);
    if (killed?.exitCode === 0) return;
    log.warn({ container: container.id }, 'what ran past its deadline could not be ended: killing the container');
    this.#wasKilled = true;
    await removed('killing a container', container.kill());
  }
}

/** As much of a complaint as a message holds. */
export function firstLines(text: string): string {
  return text.trim().slice(0, MESSAGE_CHARS);
}
