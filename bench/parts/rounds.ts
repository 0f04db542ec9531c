import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { median } from './median.js';

const ROUNDS = 15;

/** Two servers in a process of their own, which ends with its standard input. */
export interface Servers {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** Ports of our server and of the bare one. */
  readonly ours: number;
  readonly bare: number;
}

/** Starts a script of this folder that prints `{"ours":port,"bare":port}`. */
export async function startServers(script: string, ...args: readonly string[]): Promise<Servers> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const { ours, bare }: { ours: number; bare: number } = JSON.parse(String(line));
  return { child, ours, bare };
}

/** How many a second, of `total` calls of `send` by `atOnce` clients. */
export async function perSecond(total: number, atOnce: number, send: () => Promise<unknown>): Promise<number> {
  let left = total;
  const start = performance.now();
  const client = async () => {
    while (left-- > 0) await send();
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return (total * 1000) / (performance.now() - start);
}

/** The median ratio of our rate to the bare one's, in rounds that alternate after one to warm up, and both rates in words. */
export async function compareRates(
  { ours, bare }: Servers,
  rate: (port: number) => Promise<number>,
): Promise<{ readonly ratio: number; readonly rates: string }> {
  for (const port of [ours, bare]) await rate(port);
  const pairs: { ours: number; bare: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Who goes first changes, so that a machine that slows down is unfair to neither.
    const first = round % 2 === 0 ? await rate(bare) : undefined;
    const our = await rate(ours);
    pairs.push({ ours: our, bare: first ?? (await rate(bare)) });
  }
  const [our, other] = (['ours', 'bare'] as const).map((name) => median(pairs.map((pair) => pair[name])).toFixed(0));
  return { ratio: median(pairs.map((pair) => pair.ours / pair.bare)), rates: `${our}/s against ${other}/s` };
}
