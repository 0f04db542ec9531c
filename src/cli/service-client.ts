import { z } from 'zod';
import { type Report, reportSchema } from '../report/report.js';

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

/** How often a running job is asked for, in milliseconds. */
const POLL_MS = 200;

/** A running service as a client sees it. `base` is its address, e.g. `http://127.0.0.1:3000`. */
export class ServiceClient {
  constructor(readonly base: string) {}

  /** Submits a tarball. @throws ServiceError with the service's reason */
  async submit(tarball: Buffer, ecosystem: string): Promise<string> {
    const response = await this.#fetch(`/v1/jobs?ecosystem=${ecosystem}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(tarball),
    });
    return acceptedSchema.parse(await response.json()).id;
  }

  /** Follows a job to its report; `onState` hears each change of its state once. @throws ServiceError */
  async follow(id: string, onState: (state: string) => void): Promise<Report> {
    let last = '';
    for (;;) {
      const response = await this.#fetch(`/v1/jobs/${id}`, {});
      const body: unknown = await response.json();
      const { status, verdict } = runningSchema.parse(body);
      if (verdict !== undefined) return reportSchema.parse(body);
      if (status !== last) onState(status);
      last = status;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.base + path, init);
    } catch (cause) {
      throw new ServiceError(`no service answers at ${this.base}`, cause);
    }
    if (response.ok) return response;
    const body = errorSchema.safeParse(await response.json().catch(() => null));
    const reason = body.success ? body.data.reason : response.statusText;
    throw new ServiceError(`${this.base}${path} answered ${response.status}: ${reason}`);
  }
}
