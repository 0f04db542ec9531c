import type { Request, Response } from 'express';
import type { JobView } from '../../jobs/job.js';
import { identityOf } from '../auth/identify.js';
import { ApiError } from '../errors.js';
import type { JobService } from '../ports.js';
import type { StateEvent } from '../shapes.js';
import { findJob } from './job-id.js';

/** How many clients may follow jobs at the same time in this process: each holds a connection. */
const MAX_STREAMS = 500;
/** Proxies close connections that are silent for a minute. Each heartbeat also reads the job, in case a change was not announced. */
const HEARTBEAT_MS = 15_000;
/** After this many milliseconds a client has to reconnect; browsers do so by themselves. */
const MAX_STREAM_MS = 30 * 60_000;
/** Bytes that a client may leave unread before it is disconnected. */
const MAX_UNREAD = 64 * 1024;

export interface JobEventsOptions {
  readonly jobs: JobService;
  /** Aborts when the service stops, which ends all streams: open ones would delay the stop. */
  readonly stopping: AbortSignal;
}

/** `GET /v1/jobs/:id/events`: server-sent events, one immediately and one for each change of state; the stream ends with the job. */
export function jobEvents(options: JobEventsOptions) {
  const { jobs, stopping } = options;
  const open = new Set<Response>();
  stopping.addEventListener('abort', () => {
    for (const response of open) response.end();
  });
  return async (request: Request, response: Response): Promise<void> => {
    const job = await findJob(jobs, request.params.id, identityOf(response));
    if (open.size >= MAX_STREAMS || stopping.aborted) {
      throw new ApiError(
        503,
        'too-many-streams',
        'too many clients are following jobs right now: poll the job itself instead',
      );
    }
    open.add(response);
    response.once('close', () => open.delete(response));
    new EventStream(response, jobs, job).start();
  };
}

/** One client that follows one job. */
class EventStream {
  readonly #response: Response;
  readonly #jobs: JobService;
  readonly #job: JobView;
  #lastSent = '';
  #reading = false;
  #again = false;

  constructor(response: Response, jobs: JobService, job: JobView) {
    this.#response = response;
    this.#jobs = jobs;
    this.#job = job;
  }

  start(): void {
    const response = this.#response;
    response.set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
    const stopListening = this.#jobs.onChange(this.#job.id, () => this.#read());
    const heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    const limit = setTimeout(() => response.end(), MAX_STREAM_MS);
    response.once('close', () => {
      stopListening();
      clearInterval(heartbeat);
      clearTimeout(limit);
    });
    response.flushHeaders();
    this.#send(this.#job);
    // The job may have changed between being read and the listener's registration.
    this.#read();
  }

  #beat(): void {
    this.#write(': still here\n\n');
    this.#read();
  }

  /** Reads the job and sends what is new; one read at a time, however many changes are announced meanwhile. */
  #read(): void {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    void this.#readWhileAsked().finally(() => {
      this.#reading = false;
    });
  }

  async #readWhileAsked(): Promise<void> {
    while (this.#again && this.#response.writable) {
      this.#again = false;
      // If the queue does not answer, the next heartbeat tries again.
      const job = await this.#jobs.find(this.#job.id).catch(() => this.#job);
      if (job === undefined) this.#response.end();
      else this.#send(job);
    }
  }

  #send(job: JobView): void {
    const { id, state, report } = job;
    const event: StateEvent = { id, status: state, ...(report === null ? {} : { verdict: report.verdict }) };
    const data = JSON.stringify(event);
    if (data !== this.#lastSent) this.#write(`event: state\ndata: ${data}\n\n`);
    this.#lastSent = data;
    if (report !== null) this.#response.end();
  }

  #write(text: string): void {
    if (!this.#response.writable) return;
    this.#response.write(text);
    if (this.#response.writableLength > MAX_UNREAD) this.#response.destroy();
  }
}
