import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { eventually } from '../../support/service-process.js';

const EXECUTABLE = '/usr/bin/prometheus';

const answerSchema = z.object({ status: z.string(), error: z.string().optional(), data: z.unknown() });
const vectorSchema = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
});
const ruleSchema = z.object({
  name: z.string(),
  health: z.string(),
  state: z.string(),
  lastError: z.string().optional(),
});
const rulesSchema = z.object({ groups: z.array(z.object({ rules: z.array(ruleSchema) })) });
const targetsSchema = z.object({ activeTargets: z.array(z.object({ health: z.string(), lastError: z.string() })) });

/** A Prometheus on a free port, with its data in `folder`; it reads `prometheus.yml` there. */
export async function startPrometheus(folder: string) {
  if (!existsSync(EXECUTABLE)) throw new Error('no prometheus: run scripts/setup --only testing');
  const port = await freePort();
  const flags = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn(EXECUTABLE, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-20_000);
  });
  const url = `http://127.0.0.1:${port}`;
  const get = async (path: string): Promise<unknown> => {
    const { status, error, data } = answerSchema.parse(await (await fetch(`${url}/api/v1/${path}`)).json());
    if (status !== 'success') throw new Error(`${decodeURIComponent(path)}: ${error}`);
    return data;
  };
  await eventually('prometheus is ready', 30_000, async () => {
    if (child.exitCode !== null) throw new Error(`prometheus ended: ${log.slice(-2_000)}`);
    return (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok || undefined;
  });
  return {
    /** The series that an expression gives now. @throws when it is no PromQL */
    query: async (expr: string) => vectorSchema.parse(await get(`query?query=${encodeURIComponent(expr)}`)).result,
    rules: async () => rulesSchema.parse(await get('rules')).groups.flatMap(({ rules }) => rules),
    targets: async () => targetsSchema.parse(await get('targets')).activeTargets,
    async stop(): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

export type Prometheus = Awaited<ReturnType<typeof startPrometheus>>;

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
