import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Container, Exec } from 'dockerode';
import { SandboxError } from '../../errors.js';
import { inTime, statusOf } from '../docker-call.js';
import { FrameReader, type OutputName } from './frames.js';

/** A program to run in the container. */
export interface ExecRequest {
  readonly command: readonly string[];
  /** `uid:gid` */
  readonly user: string;
  readonly cwd: string;
  readonly env?: readonly string[];
  readonly stdin?: Readable;
  /** Milliseconds from the start of the program. */
  readonly deadlineMs: number;
  readonly onOutput: (name: OutputName, payload: Buffer) => void;
}

/** How a command in the sandbox ended. */
export interface ExecResult {
  /** Null if the deadline was reached; the program is then still running, and the caller must end it. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
}

/** Runs a program and passes on its output as it arrives. @throws SandboxError `container-gone`, `docker-unavailable`, `docker-failed` */
export async function runExec(container: Container, request: ExecRequest): Promise<ExecResult> {
  const exec = await orGone(inTime('preparing a command', container.exec(execOptions(request))));
  const hasInput = request.stdin !== undefined;
  const stream = await orGone(inTime('starting a command', exec.start({ hijack: true, stdin: hasInput })));
  const frames = new FrameReader(request.onOutput);
  stream.on('data', (chunk: Buffer) => frames.push(chunk));
  const feeding = request.stdin ? feed(request.stdin, stream) : Promise.resolve();
  try {
    const ended = await endsWithin(stream, request.deadlineMs);
    if (!ended) return { exitCode: null, timedOut: true };
    await feeding;
    return { exitCode: await exitCodeOf(container, exec), timedOut: false };
  } finally {
    stream.destroy();
    await feeding.catch(() => undefined);
  }
}

function execOptions(request: ExecRequest) {
  return {
    Cmd: [...request.command],
    User: request.user,
    WorkingDir: request.cwd,
    Env: [...(request.env ?? [])],
    AttachStdin: request.stdin !== undefined,
    AttachStdout: true,
    AttachStderr: true,
  };
}

/** The program may stop reading before its input ends (tar after an error): its exit code says more than the broken pipe. */
async function feed(input: Readable, stream: Duplex): Promise<void> {
  let inputError: unknown = input.errored ?? undefined;
  input.once('error', (error) => {
    inputError = error;
  });
  await pipeline(input, stream, { end: true }).catch(() => undefined);
  if (inputError !== undefined) throw inputError;
}

/** Resolves with false at the deadline. A connection error ends the stream, too; the exit code then decides. */
function endsWithin(stream: Duplex, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    const done = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    stream.once('end', done);
    stream.once('close', done);
    stream.once('error', done);
  });
}

/**
 * When a container ends, its programs get exit codes as well (137, or 126 for one that started too late), which must not be mistaken for
 * their own.
 */
async function exitCodeOf(container: Container, exec: Exec): Promise<number> {
  const info = await orGone(inTime('asking for an exit code', exec.inspect()));
  if (info.Running || info.ExitCode === null) {
    throw new SandboxError('docker-unavailable', 'the connection to the Docker engine broke while a command ran');
  }
  if (info.ExitCode !== 0) {
    const { State } = await orGone(inTime('checking the sandbox', container.inspect()));
    if (!State.Running) throw gone();
  }
  return info.ExitCode;
}

function gone(cause?: unknown): SandboxError {
  return new SandboxError('container-gone', 'the sandbox ended unexpectedly', { cause });
}

/** For a container that is gone or not running the status is 404, 409 or 500, depending on the call and the engine. */
export async function orGone<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const cause = error instanceof SandboxError ? error.cause : undefined;
    const isGone = statusOf(cause) === 404 || statusOf(cause) === 409 || /not running/.test(String(cause));
    if (!isGone) throw error;
    throw gone(cause);
  }
}
