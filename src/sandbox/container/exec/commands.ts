import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { Logger } from 'pino';
import type { SecretTrace } from '../../../egress/content/secrets/secret-matcher.js';
import type { SecretSearch } from '../../../egress/content/secrets/secret-search.js';
import type { Clock, StepResult } from '../../../jobs/ports.js';
import type { PrintedSecret } from '../../../report/evidence/found-secrets.js';
import { type Step, type StepKind, Steps } from '../../../report/evidence/steps.js';
import { FIRST_GUISE, type Guise } from '../../../report/guise.js';
import { SandboxError } from '../../errors.js';
import type { SandboxLimits } from '../../options.js';
import { guiseVariables, type JobNumbers, newJobNumbers } from '../../packages/guise-variables.js';
import { removed } from '../docker-call.js';
import { CI_USER, CONFINE, FETCH_USER } from '../identity.js';
import { type ExecRequest, type ExecResult, runExec } from './exec.js';
import { OutputTail } from './output-tail.js';

const LOG_BYTES = 64 * 1024;
/** Maximum length of a tool's error message, in characters. */
const MESSAGE_CHARS = 500;
/** How long killing all processes may take before the container itself is killed, in milliseconds. */
const KILL_MS = 5_000;

/** Dependencies of the commands of one container. */
export interface CommandParts {
  readonly container: Docker.Container;
  readonly limits: SandboxLimits;
  readonly clock: Clock;
  /** Finds planted secrets in what steps print. */
  readonly search: SecretSearch;
  /** Generates a random id for a step. */
  readonly newStepId: () => string;
  readonly log: Logger;
}

/** A command that appears in the report. */
export interface StepRequest {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly kind: StepKind;
  /** Folder (`realPath`) of the package that the step belongs to; absent if it belongs to none. */
  readonly folder?: string;
  /** See `Step.groups`. */
  readonly groups?: Step['groups'];
  /** See `Step.secret`. */
  readonly secret?: string;
  /** Absent: the guise of the first pass. */
  readonly guise?: Guise | undefined;
  /** In addition to `environment`. */
  readonly env?: readonly string[];
  /** For a program that reads input, and whose standard output is not part of the log. */
  readonly channel?: { readonly stdin: string; readonly stdout: OutputTail };
}

/** The output of a program, truncated to a limit per stream. */
export interface Captured extends ExecResult {
  readonly stdout: string;
  readonly stdoutBytes: number;
  readonly stderr: string;
}

/** How a command of our own runs: it does not appear in the report. */
interface OwnCommand {
  readonly cwd: string;
  readonly stdin?: Readable;
  /** Default: `own`. */
  readonly kind?: StepKind;
}

/** Parameters of `#exec`, which adds the user and the environment. */
interface Run extends Omit<ExecRequest, 'user'>, Pick<StepRequest, 'kind' | 'folder' | 'groups' | 'secret' | 'guise'> {
  /** The step's id, if the caller needs to know it. */
  readonly id?: string;
}

/** Runs programs in one container as the project's user, each with a deadline. */
export class ContainerCommands {
  readonly #parts: CommandParts;
  readonly steps = new Steps();
  /** The numbers of the CI job that this sandbox imitates. */
  readonly numbers: JobNumbers;
  readonly #printed: PrintedSecret[] = [];
  #wasKilled = false;
  /** In addition to the container's own environment. */
  environment: readonly string[] = [];

  constructor(parts: CommandParts) {
    this.#parts = parts;
    this.numbers = newJobNumbers(parts.newStepId);
  }

  /** Whether the container had to be killed; nothing runs in it any more. */
  get wasKilled(): boolean {
    return this.#wasKilled;
  }

  /** Runs a command that appears in the report: the end of its output is kept, and at its deadline everything in the container is ended. */
  async step(command: readonly string[], request: StepRequest): Promise<StepResult> {
    const { clock, log } = this.#parts;
    const { timeoutMs, channel, ...run } = request;
    const tail = new OutputTail(LOG_BYTES);
    const printed = this.#parts.search.open();
    const started = clock.now();
    const onOutput: ExecRequest['onOutput'] = (name, payload) => {
      if (name === 'stdout' && channel) return channel.stdout.push(payload);
      tail.push(payload);
      printed.push(payload);
    };
    const stdin = channel ? { stdin: Readable.from([channel.stdin]) } : {};
    const id = this.#parts.newStepId();
    const { exitCode, timedOut } = await this.#exec({ ...run, id, command, ...stdin, deadlineMs: timeoutMs, onOutput });
    const durationMs = clock.now() - started;
    await this.#notePrinted(id, printed.found(), tail);
    const step = { command: command.join(' '), exitCode, timedOut, durationMs, log: tail.text(), logBytes: tail.total };
    const cutBytes = Math.max(0, step.logBytes - LOG_BYTES);
    log.info({ command: command[0], exitCode, timedOut, durationMs, logBytes: tail.total, cutBytes }, 'step ended');
    return step;
  }

  /** The planted secrets that steps have printed so far. */
  get printed(): readonly PrintedSecret[] {
    return this.#printed;
  }

  /** `found`: the secrets in all of the output; only its end is decoded further. */
  async #notePrinted(step: string, found: readonly SecretTrace[], tail: OutputTail): Promise<void> {
    const decoded = await this.#parts.search.decoded(Buffer.from(tail.text()));
    const at = this.#parts.clock.now();
    const each = new Map([...decoded, ...found].map((trace) => [trace.secret, trace]));
    for (const { secret, encoding } of each.values()) this.#printed.push({ step, secret, encoding, at });
  }

  /** Runs a command of our own whose standard output may be long. `stderr`: its end. */
  async read(
    command: readonly string[],
    { kind = 'own', onStdout, ...run }: OwnCommand & { readonly onStdout: (chunk: Buffer) => void },
  ): Promise<ExecResult & { readonly stderr: string }> {
    const stderr = new OutputTail(LOG_BYTES);
    const result = await this.#exec({
      ...run,
      kind,
      command,
      deadlineMs: this.#parts.limits.stepMs,
      onOutput: (name, payload) => (name === 'stdout' ? onStdout(payload) : stderr.push(payload)),
    });
    return { ...result, stderr: stderr.text() };
  }

  /** Runs a command of our own and returns its output. */
  async capture(
    command: readonly string[],
    { keep = LOG_BYTES, ...run }: OwnCommand & { readonly keep?: number },
  ): Promise<Captured> {
    const stdout = new OutputTail(keep);
    const onStdout = (chunk: Buffer): void => stdout.push(chunk);
    const { exitCode, timedOut, stderr } = await this.read(command, { ...run, onStdout });
    const message = timedOut ? `it took longer than ${this.#parts.limits.stepMs / 1000} s` : firstLines(stderr);
    return { exitCode, timedOut, stdout: stdout.text(), stdoutBytes: stdout.total, stderr: message };
  }

  async #exec(request: Run): Promise<ExecResult> {
    if (this.#wasKilled) {
      throw new SandboxError(
        'container-killed',
        'the sandbox was killed because its processes could not be ended otherwise',
      );
    }
    const result = await this.#confined(request);
    if (result.timedOut) await this.endEverything();
    return result;
  }

  /**
   * Everything that runs as the project's user is confined, including our own tools: a process that the project left running could write
   * into the memory of an unconfined process of the same user, and use it to do what is forbidden to itself.
   */
  #confined({
    kind,
    folder,
    groups,
    secret,
    guise,
    id = this.#parts.newStepId(),
    ...request
  }: Run): Promise<ExecResult> {
    const more = {
      ...(groups === undefined ? {} : { groups }),
      ...(secret === undefined ? {} : { secret }),
      ...(guise === undefined ? {} : { guise }),
    };
    this.steps.add({ id, kind, folder: folder ?? null, ...more });
    const command = [CONFINE, `step=${id}`, ...request.command];
    const user = kind === 'own' || kind === 'fetch' ? FETCH_USER : CI_USER;
    const machine = user === CI_USER ? guiseVariables(guise ?? FIRST_GUISE, this.numbers) : [];
    const env = [...this.environment, ...machine, ...(request.env ?? [])];
    return runExec(this.#parts.container, { ...request, command, env, user });
  }

  /**
   * Kills every process of the project's user with a single system call, which a fork can't outrun and no process can ignore. If not even
   * that can be started (a fork bomb uses all process ids), the container is killed.
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
    log.warn({ container: container.id }, 'processes could not be ended after their deadline: killing the container');
    this.#wasKilled = true;
    await removed('killing a container', container.kill());
  }
}

/** Truncates an error message. */
export function firstLines(text: string): string {
  return text.trim().slice(0, MESSAGE_CHARS);
}
