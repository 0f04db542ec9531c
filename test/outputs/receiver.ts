import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JobContext } from '../../src/gitlab/identity/context.js';
import type { EndedJob, Progress } from '../../src/outputs/output.js';
import type { Report } from '../../src/report/report.js';
import { ID, report } from '../api/reports.js';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that notes what it is sent, and answers what `answer` says. */
export async function receiver(answer: (request: Received) => { status: number; body?: unknown } | 'nothing') {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      received.push(one);
      const told = answer(one);
      if (told === 'nothing') request.socket.destroy();
      else response.writeHead(told.status).end(told.body === undefined ? '' : JSON.stringify(told.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function endedJob(changes: Partial<Report> = {}, context: Partial<JobContext> | null = null): EndedJob {
  const full: JobContext | null =
    context === null
      ? null
      : {
          verified: true,
          instance: 'https://gitlab.example',
          projectId: '7',
          sha: 'abc123',
          addresses: [],
          ...context,
        };
  return { id: ID, report: report(changes), context: full, url: `https://packwarden.example/jobs/${ID}` };
}

/** Progress in memory. */
export function progressFrom(done = 0): Progress & { readonly reached: number[] } {
  const reached: number[] = [];
  return {
    done,
    reached,
    async advance(to) {
      reached.push(to);
    },
  };
}

export const never = new AbortController().signal;
