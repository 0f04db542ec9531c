import type { Request, Response } from 'express';
import type { JobView } from '../../jobs/job.js';
import { identityOf } from '../auth/identify.js';
import { ApiError } from '../errors.js';
import type { JobService } from '../ports.js';
import type { StateEvent } from '../shapes.js';
import { findJob } from './job-id.js';

/** How many clients may follow jobs at once in this process: each holds a connection. */
const MAX_STREAMS = 500;
/** Proxies cut connections that are silent for a minute. What an event did not tell is found out then, too. */
const HEARTBEAT_MS = 15_000;
/** After this a client has to come again, in milliseconds: browsers do so by themselves. */
const MAX_STREAM_MS = 30 * 60_000;
/** Bytes that a client may leave unread before it is let go. */
const MAX_UNREAD = 64 * 1024;

export interface JobEventsOptions {
  readonly jobs: JobService;
  /** Aborts when the service stops: streams end then, and do not hold it up. */
  readonly stopping: AbortSignal;
}

/** `GET /v1/jobs/:id/events`: server-sent events, one at once and one for each change of state; the stream ends with the job. */
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
        'too many clients follow jobs just now: ask for the job itself instead',
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
  #told = '';
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
    this.#tell(this.#job);
    // What changed before the listener was there has told nobody.
    this.#read();
  }

  #beat(): void {
    this.#write(': still here\n\n');
    this.#read();
  }

  /** Reads the job and tells what is new; one reading at a time, however many changes come meanwhile. */
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
      // A queue that does not answer is asked again with the next heartbeat.
      const job = await this.#jobs.find(this.#job.id).catch(() => this.#job);
      if (job === undefined) this.#response.end();
      else this.#tell(job);
    }
  }

  #tell(job: JobView): void {
    const { id, state, report } = job;
    const event: StateEvent = { id, status: state, ...(report === null ? {} : { verdict: report.verdict }) };
    const data = JSON.stringify(event);
    if (data !== this.#told) this.#write(`event: state\ndata: ${data}\n\n`);
    this.#told = data;
    if (report !== null) this.#response.end();
  }

  #write(text: string): void {
    if (!this.#response.writable) return;
    this.#response.write(text);
    if (this.#response.writableLength > MAX_UNREAD) this.#response.destroy();
  }
}
