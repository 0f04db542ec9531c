import { type Report, reportSchema } from '../../src/report/report.js';
import { eventually } from './service-process.js';

/** Submits by the legacy route, as Package Hunter's clients do. */
export async function submit(url: string, tarball: Buffer, ecosystem = 'npm'): Promise<string> {
  const response = await fetch(`${url}/monitor/project/${ecosystem}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(tarball),
  });
  const body = (await response.json()) as { status: string; id: string };
  if (response.status !== 200) throw new Error(`refused: ${JSON.stringify(body)}`);
  return body.id;
}

/** The state that `/v1` reports, or undefined while the API does not answer. */
async function stateOf(url: string, id: string): Promise<string | undefined> {
  const response = await fetch(`${url}/v1/jobs/${id}`).catch(() => undefined);
  if (!response?.ok) return undefined;
  return ((await response.json()) as { status: string }).status;
}

/** Waits for a job to be in one of `states`. */
export function untilState(url: string, id: string, states: readonly string[], ms = 60_000): Promise<string> {
  return eventually(`job ${id} is ${states.join(' or ')}`, ms, async () => {
    const state = await stateOf(url, id);
    return state !== undefined && states.includes(state) ? state : undefined;
  });
}

/** Waits for a job's full report. */
export function reportOf(url: string, id: string, ms = 120_000): Promise<Report> {
  return eventually(`the report of ${id}`, ms, async () => {
    const response = await fetch(`${url}/v1/jobs/${id}`).catch(() => undefined);
    if (!response?.ok) return undefined;
    const body = (await response.json()) as { verdict?: string };
    return body.verdict === undefined ? undefined : reportSchema.parse(body);
  });
}

/** Submits by the modern route, with its query, e.g. `ecosystem=npm&run=build`. */
export async function submitAs(url: string, tarball: Buffer, query: string): Promise<string> {
  const response = await fetch(`${url}/v1/jobs?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: new Uint8Array(tarball),
  });
  const body = (await response.json()) as { id: string };
  if (response.status !== 202) throw new Error(`refused: ${JSON.stringify(body)}`);
  return body.id;
}
