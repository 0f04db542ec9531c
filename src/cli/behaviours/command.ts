import { readFile } from 'node:fs/promises';
import { loadClientConfig } from '../../app/config/config.js';
import { counted } from '../../report/text/counted.js';
import { plain } from '../../report/text/plain.js';
import { Interrupt } from '../analyze/interrupt.js';
import { Progress } from '../analyze/progress.js';
import { type Command, UsageError } from '../frame/usage.js';
import { ServiceClient } from '../service/service-client.js';
import { type Built, buildData, DATA_FILE } from './data.js';
import { help } from './help.js';
import { type Line, parseList } from './list.js';
import { Measuring } from './measuring.js';
import { type BehavioursOptions, HELP_COMMAND, readBehavioursOptions } from './options.js';
import { Results } from './results.js';

const POLL_MS = 2_000;

/** `packwarden behaviours`. */
export const behaviours: Command = {
  async run(argv) {
    const options = readBehavioursOptions(argv, loadClientConfig());
    if (options === null) {
      process.stdout.write(help());
      return 0;
    }
    const progress = new Progress((text) => process.stderr.write(text), false);
    const say = (text: string): void => progress.say(plain(text));
    if (options.kind === 'measure') return measure(options, say);
    const built = await buildData(options.folders, options.out);
    announceData(built, options.out, say);
    return built.leftOut.length === 0 ? 0 : 1;
  },
};

async function measure(
  options: Extract<BehavioursOptions, { kind: 'measure' }>,
  say: (text: string) => void,
): Promise<number> {
  const lines = await readList(options.list);
  const interrupt = new Interrupt(null);
  const client = new ServiceClient(options.url, {
    headers: options.headers,
    retryForMs: options.retryMs,
    signal: interrupt.signal,
    onWait: (error, ms) => say(`${error.message}; retrying in ${Math.ceil(ms / 1000)} s`),
    pollMs: POLL_MS,
  });
  const results = new Results(options.out);
  const { signal } = interrupt;
  let failed: readonly string[];
  try {
    failed = await new Measuring({ client, results, concurrency: options.concurrency, signal, say }).run(lines);
  } catch (error) {
    if (!signal.aborted) throw error;
    say(`${interrupt.reason}: the next run continues from here`);
    return interrupt.exitCode;
  }
  if (!lines.some((line) => results.has(line))) throw new Error('no line could be measured');
  announceData(await buildData([results.reports], options.out), options.out, say);
  for (const line of failed) say(`not measured: ${line}`);
  return failed.length === 0 ? 0 : 1;
}

async function readList(file: string): Promise<readonly Line[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${file} can't be read`, HELP_COMMAND, { cause });
  });
  return parseList(text);
}

function announceData({ data, reports, leftOut }: Built, out: string, say: (text: string) => void): void {
  for (const file of leftOut) say(`left out: ${file}`);
  const what = `${counted(data.packages.length, 'package')} from ${counted(reports, 'report')}`;
  say(`${out}/${DATA_FILE}: ${what}, ${counted(data.behaviours.length, 'behaviour')}`);
}
