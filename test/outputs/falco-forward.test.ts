import { afterEach, describe, expect, it } from 'vitest';
import { decodeJsonAlert } from '../../src/falco/decode-json.js';
import { alertsOf, falcoForward } from '../../src/outputs/falco-forward.js';
import { finding } from '../api/reports.js';
import { endedJob, never, progressFrom, receiver } from './receiver.js';

let close = (): void => undefined;
afterEach(() => close());

const JOB = endedJob({
  verdict: 'findings',
  findings: [finding(), finding({ rule: 'Another', priority: 'CRITICAL' })],
});

async function sidekick(answer: (count: number) => number) {
  const server = await receiver(() => ({ status: answer(server.received.length) }));
  close = server.close;
  const rules = (): unknown[] => server.received.map(({ body }) => JSON.parse(body).rule);
  return { ...server, rules };
}

describe('Falco JSON', () => {
  it('each finding, then the verdict, in the form that Falco has', async () => {
    const { url, received, rules } = await sidekick(() => 200);
    await falcoForward(`${url}/?x=1`).send(JOB, progressFrom(), never);
    expect(rules()).toEqual(['Unexpected outbound connection destination', 'Another', 'Packwarden verdict']);
    for (const { body, headers } of received) {
      expect(headers['content-type']).toBe('application/json');
      expect(decodeJsonAlert(body)).toMatchObject({ source: 'packwarden', fields: { 'job.id': JOB.id } });
    }
    const [first] = received.map(({ body }) => JSON.parse(body));
    expect(first).toMatchObject({
      priority: 'Warning',
      output_fields: { 'package.name': 'evil-dep', 'job.url': JOB.url },
    });
  });

  it('goes on where an earlier try ended, with the same ids', async () => {
    const { url, received, rules } = await sidekick((count) => (count === 2 ? 500 : 200));
    const progress = progressFrom();
    await expect(falcoForward(url).send(JOB, progress, never)).rejects.toThrow('answers 500');
    expect(progress.reached).toEqual([1]);
    await falcoForward(url).send(JOB, progressFrom(1), never);
    expect(rules()).toEqual(['Unexpected outbound connection destination', 'Another', 'Another', 'Packwarden verdict']);
    const ids = received.map(({ body }) => JSON.parse(body).uuid);
    expect(ids[1]).toBe(ids[2]);
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each([
    ['clean', 'Informational'],
    ['findings', 'Warning'],
    ['incomplete', 'Warning'],
  ] as const)('a verdict %s is %s', (verdict, priority) => {
    expect(alertsOf(endedJob({ verdict })).at(-1)).toMatchObject({ rule: 'Packwarden verdict', priority });
  });

  it('text of packages can steer no terminal', () => {
    const hostile = { name: 'x\u001b[2J\u202e', version: '1', path: [] };
    const [alert] = alertsOf(endedJob({ findings: [finding({ package: hostile })] }));
    expect(alert?.output).not.toMatch(/[\u001b\u202e]/);
  });

  it.each([['a receiver that is away', 'http://127.0.0.1:9/secret', 'http://127.0.0.1:9 does not answer']])(
    '%s is named without what may be a secret',
    async (_title, url, words) => {
      await expect(falcoForward(url).send(JOB, progressFrom(), never)).rejects.toThrow(words);
      await expect(falcoForward(url).send(JOB, progressFrom(), never)).rejects.not.toThrow('secret');
    },
  );

  it('a redirect is not followed: nothing is sent elsewhere', async () => {
    const { url, received } = await sidekick(() => 302);
    await expect(falcoForward(url).send(JOB, progressFrom(), never)).rejects.toThrow();
    expect(received).toHaveLength(1);
  });
});
