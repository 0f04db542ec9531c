import { afterEach, describe, expect, it } from 'vitest';
import type { JobContext } from '../../src/gitlab/identity/context.js';
import { gitlabOutput, noteOf } from '../../src/outputs/gitlab.js';
import type { Report } from '../../src/report/report.js';
import { finding } from '../api/reports.js';
import { endedJob, never, progressFrom, type Received, receiver } from './receiver.js';

interface StoredNote {
  readonly id: number;
  body: string;
  readonly author: { readonly id: number };
}

let close = (): void => undefined;
afterEach(() => close());

/** As much of GitLab as is asked: one project, one open merge request, us as user 42. */
async function gitlab(notes: StoredNote[] = [], statusAnswer = 201) {
  const answer = ({ method, url, body }: Received): { status: number; body?: unknown } => {
    const { pathname, searchParams } = new URL(url, 'http://x');
    if (method === 'POST' && pathname === '/api/v4/projects/7/statuses/abc123')
      return { status: statusAnswer, body: {} };
    if (pathname === '/api/v4/user') return { status: 200, body: { id: 42 } };
    if (pathname.endsWith('/commits/abc123/merge_requests')) {
      return {
        status: 200,
        body: [
          { id: 900, iid: 3, state: 'merged' },
          { id: 901, iid: 4, state: 'opened' },
        ],
      };
    }
    if (pathname === '/api/v4/projects/7/merge_requests/4/notes' && method === 'GET') {
      const page = Number(searchParams.get('page'));
      return { status: 200, body: notes.slice((page - 1) * 100, page * 100) };
    }
    if (pathname === '/api/v4/projects/7/merge_requests/4/notes') {
      notes.push({ id: notes.length + 1, body: JSON.parse(body).body, author: { id: 42 } });
      return { status: 201, body: {} };
    }
    const note = notes.find(({ id }) => pathname === `/api/v4/projects/7/merge_requests/4/notes/${id}`);
    if (note === undefined || method !== 'PUT') return { status: 404 };
    note.body = JSON.parse(body).body;
    return { status: 200, body: {} };
  };
  const server = await receiver(answer);
  close = server.close;
  const send = (changes: Partial<Report> = {}, context: Partial<JobContext> = {}, done = 0) => {
    const job = endedJob(changes, {
      instance: server.url,
      mergeRequestId: '901',
      ref: 'topic',
      refType: 'branch',
      ...context,
    });
    return gitlabOutput(new Map([[server.url, 'glpat-token']])).send(job, progressFrom(done), never);
  };
  return {
    ...server,
    notes,
    send,
    asked: () => server.received.map(({ method, url }) => `${method} ${url.split('?')[0]}`),
  };
}

const FOUND: Partial<Report> = { verdict: 'findings', findings: [finding()] };

describe('what is sent to GitLab', () => {
  it('a status of the commit, with the token', async () => {
    const { send, received } = await gitlab();
    await send(FOUND);
    const [status] = received;
    expect(status?.headers['private-token']).toBe('glpat-token');
    expect(JSON.parse(status?.body ?? '')).toEqual({
      state: 'failed',
      name: 'packwarden',
      description: 'findings: 1 finding at or above WARNING',
      target_url: expect.stringContaining('https://packwarden.example/jobs/'),
      ref: 'topic',
    });
  });

  it('one note in its merge request, which the next run rewrites', async () => {
    const { send, notes } = await gitlab();
    await send(FOUND);
    expect(notes.map(({ body }) => body)).toEqual([expect.stringContaining('**Packwarden: findings**')]);
    await send();
    expect(notes.map(({ body }) => body)).toEqual([expect.stringContaining('**Packwarden: clean**')]);
  });

  it('nothing new when nothing has changed', async () => {
    const { send, asked } = await gitlab();
    await send(FOUND);
    await send(FOUND);
    expect(asked().filter((one) => /^(POST|PUT).*notes/.test(one))).toHaveLength(1);
  });

  it('our own note, however many others there are, and never one that somebody else has marked', async () => {
    const others = Array.from(
      { length: 150 },
      (_, i): StoredNote => ({ id: 1_000 + i, body: 'LGTM', author: { id: 1 } }),
    );
    const copied: StoredNote = { id: 999, body: noteOf(endedJob()), author: { id: 1 } };
    const own: StoredNote = { id: 998, body: noteOf(endedJob()), author: { id: 42 } };
    const { send, notes } = await gitlab([copied, ...others, own]);
    await send(FOUND);
    expect(notes).toHaveLength(152);
    expect([copied.body, own.body]).toEqual([expect.stringContaining('clean'), expect.stringContaining('findings')]);
  });

  it('a status that is there already is no fault; and once set it is not set again', async () => {
    const { send, asked } = await gitlab([], 400);
    await send();
    await send({}, {}, 1);
    expect(asked().filter((one) => one.includes('/statuses/'))).toHaveLength(1);
  });
});

describe('nothing is sent to GitLab', () => {
  it.each([
    ['of a job that only claims whose it is', { verified: false }],
    ['of an instance without a token', { instance: 'https://elsewhere.example' }],
    ['without a commit', { sha: undefined }],
  ] as const)('%s', async (_title, context) => {
    const { send, received } = await gitlab();
    await send(FOUND, context as Partial<JobContext>);
    expect(received).toEqual([]);
  });

  it.each([
    ['without a merge request', { mergeRequestId: undefined }],
    ['of a merge request that is closed', { mergeRequestId: '900' }],
    ["of one that is not the commit's", { mergeRequestId: '5' }],
  ] as const)('in a note %s', async (_title, context) => {
    const { send, notes } = await gitlab();
    await send(FOUND, context as Partial<JobContext>);
    expect(notes).toEqual([]);
  });
});

it.each([
  ['a mention', 'x @everyone'],
  ['markup', '![x](https://attacker.invalid/pixel.png) <img src=x>'],
  ['the end of a code span', 'x` @all `'],
  ['another cell and line', 'x | y\n\n# z'],
])('%s in a name stays in its code span', (_title, name) => {
  const hostile = finding({ package: { name, version: '1', path: [] }, rule: name });
  const [, , ...rows] = noteOf(endedJob({ verdict: 'findings', findings: [hostile] }))
    .split('\n')
    .filter((line) => line.startsWith('|'));
  expect(rows).toHaveLength(1);
  const outside = rows[0]?.replaceAll(/`[^`]*`/g, '');
  expect(outside?.replaceAll(/[| ]/g, '')).toBe('WARNING');
});
