import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type FullReport, fullReportSchema } from '../../jobs/full-report.js';
import type { Passes } from '../../jobs/job.js';
import type { ProjectOptions } from '../../jobs/projects/line.js';
import { type RetryableFailure, withRetries } from './retry.js';

/** The service answered with an error, or not at all. */
export class ServiceError extends Error {
  readonly code = 'service';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ServiceError';
  }
}

const acceptedSchema = z.object({ id: z.uuid() });
const runningSchema = z.object({ status: z.string(), verdict: z.string().optional() });
const errorSchema = z.object({ reason: z.string() });

/** A full queue, a proxy whose upstream is down, a restart: worth a retry. */
const RETRYABLE = new Set([429, 502, 503, 504]);

export interface ServiceClientOptions {
  /** Sent with every request: credentials, and which CI job this is. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long to retry when the service does not answer, in milliseconds. @defaultValue 0 */
  readonly retryForMs?: number;
  /** Aborts every wait and request. */
  readonly signal?: AbortSignal;
  /** Called before each retry. */
  readonly onWait?: (error: Error, waitMs: number) => void;
  /** How often to poll a running job, in milliseconds. @defaultValue 200 */
  readonly pollMs?: number;
}

/** The options of a job, sent along with its tarball. */
export interface JobOptions {
  readonly ecosystem: string;
  /** Whether to find out which install scripts are needed; false: the service's setting. */
  readonly checkNeeded?: boolean;
  /** Scripts of the project to run. */
  readonly run?: readonly string[];
  /** Null or absent: the service's setting. */
  readonly passes?: Passes | null;
  readonly project?: ProjectOptions;
}

/** A request body that can be sent again on a retry. */
export interface Upload {
  readonly bytes: number;
  open(): Readable;
}

/** Client of a running service. `base` is its address, e.g. `http://127.0.0.1:3000`. */
export class ServiceClient {
  readonly base: string;
  readonly #options: ServiceClientOptions;
  readonly #signal: AbortSignal;

  constructor(base: string, options: ServiceClientOptions = {}) {
    this.base = base.replace(/\/+$/, '');
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
  }

  /**
   * Submits a tarball. `key` is the idempotency key: however often the request is retried, it makes one job. `onSent` is called
   * with the number of bytes sent so far. @throws ServiceError with the service's reason
   */
  async submit(
    upload: Upload,
    options: JobOptions,
    key: string,
    onSent: (bytes: number) => void = () => undefined,
  ): Promise<string> {
    const response = await this.#request(`/v1/jobs?${queryOf(options)}`, () => ({
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(upload.bytes),
        'idempotency-key': key,
      },
      body: Readable.toWeb(counted(upload.open(), onSent)),
      duplex: 'half',
    }));
    return acceptedSchema.parse(response).id;
  }

  /** Waits for a job's report; `onState` is called once for each change of its state. @throws ServiceError */
  async follow(id: string, onState: (state: string) => void): Promise<FullReport> {
    const { pollMs = 200 } = this.#options;
    let last = '';
    for (;;) {
      const body = await this.#request(`/v1/jobs/${id}`, () => ({}));
      const { status, verdict } = runningSchema.parse(body);
      if (verdict !== undefined) return this.#parseReport(body);
      if (status !== last) onState(status);
      last = status;
      await sleep(pollMs, undefined, { signal: this.#signal });
    }
  }

  /** Cancels a running job, removes a waiting one. Also works after `signal` has aborted everything else. @throws ServiceError */
  async cancel(id: string): Promise<void> {
    const signal = AbortSignal.timeout(10_000);
    const outcome = await this.#once(`/v1/jobs/${id}`, { method: 'DELETE', signal });
    if ('error' in outcome) throw outcome.error;
  }

  #parseReport(body: unknown): FullReport {
    const report = fullReportSchema.safeParse(body);
    if (report.success) return report.data;
    const [issue] = report.error.issues;
    throw new ServiceError(
      `this version can't read the report (${issue?.path.join('.')}: ${issue?.message}): use the client of the service's version`,
    );
  }

  #request(path: string, init: () => RequestInit): Promise<unknown> {
    const { retryForMs = 0, onWait = () => undefined } = this.#options;
    const options = {
      retryForMs,
      signal: this.#signal,
      onWait,
      now: () => performance.now(),
      sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
    };
    return withRetries(options, () => this.#once(path, { signal: this.#signal, ...init() }));
  }

  /** @throws ServiceError for a failure that a retry would not help, AbortError */
  async #once(path: string, init: RequestInit): Promise<{ readonly value: unknown } | RetryableFailure> {
    try {
      const headers = { ...this.#options.headers, ...(init.headers as Record<string, string> | undefined) };
      const response = await fetch(this.base + path, { ...init, headers, redirect: 'error' });
      const text = await response.text();
      if (response.ok) return { value: text === '' ? null : JSON.parse(text) };
      return this.#refusal(path, response, text);
    } catch (cause) {
      if (cause instanceof ServiceError || this.#signal.aborted) throw cause;
      if (cause instanceof SyntaxError) {
        throw new ServiceError(`${this.base} does not answer like Packwarden: is the address right?`, cause);
      }
      const why = cause instanceof Error && cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
      return { error: new ServiceError(`no service answers at ${this.base}${why}`, cause), retryAfterS: null };
    }
  }

  #refusal(path: string, response: Response, text: string): RetryableFailure {
    const reason = errorSchema.safeParse(parseJson(text));
    const explanation = reason.success ? reason.data.reason : response.statusText;
    const error = new ServiceError(`${this.base}${path} answered ${response.status}: ${explanation}`);
    if (!RETRYABLE.has(response.status)) throw error;
    const asked = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { error, retryAfterS: Number.isFinite(asked) ? asked : null };
  }
}

function queryOf({ ecosystem, checkNeeded = false, run = [], passes = null, project = {} }: JobOptions): string {
  const { defaultBranch, ...named } = project;
  const query = {
    ecosystem,
    'check-needed': checkNeeded ? 'true' : undefined,
    run: run.length === 0 ? undefined : run.join(','),
    passes: passes === null ? undefined : String(passes),
    ...named,
    'default-branch': defaultBranch,
  };
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(given).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function counted(stream: Readable, onSent: (bytes: number) => void): Readable {
  let sent = 0;
  stream.on('data', (chunk: Buffer) => {
    sent += chunk.length;
    onSent(sent);
  });
  return stream;
}
