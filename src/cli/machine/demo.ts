import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { create as createTar } from 'tar';
import { type Config, loadConfig } from '../../app/config/config.js';
import type { Report } from '../../report/report.js';
import { renderText } from '../../report/text/text.js';
import { type Command, readArgs, UsageError } from '../frame/usage.js';
import { ServiceClient } from '../service/service-client.js';
import { explainState } from '../service/states.js';
import { withLocalService } from './local-service.js';

const SAMPLE = fileURLToPath(new URL('../../../falco-test', import.meta.url));

const HELP = `Usage: packwarden demo

Submits falco-test/, a project that misbehaves harmlessly, to the service that runs on this machine (if none does, starts one
for the demo), shows the progress, and prints the report. Exit code 0 when the misbehaviour was found.
`;

/** Packs a folder as a CI job would: `tar -C DIR -czf - .` */
async function pack(folder: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createTar({ cwd: folder, gzip: true, portable: true }, ['.'])) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @throws UsageError in the npm package, which does not contain the sample: scanners would take it for real malware. */
function requireSample(): void {
  if (existsSync(SAMPLE)) return;
  throw new UsageError(
    'falco-test/ is not part of the npm package: run the demo in a checkout',
    'packwarden demo --help',
  );
}

/** Whether the report has what the sample does, attributed to the package that does it. */
function foundMisbehaviour(report: Report): boolean {
  const rules = report.findings.filter(({ package: by }) => by?.name === 'evil-dep').map(({ rule }) => rule);
  const expected = ['Network tool started', 'Read of an SSH key', 'Read of the password database'];
  return report.verdict === 'findings' && expected.every((rule) => rules.includes(rule));
}

function say(text: string): void {
  process.stderr.write(`[demo] ${text}\n`);
}

async function detonate(base: string, config: Config): Promise<number> {
  const client = new ServiceClient(base);
  say(`submitting falco-test/ to ${base}`);
  const tarball = await pack(SAMPLE);
  const upload = { bytes: tarball.length, open: () => Readable.from([tarball]) };
  const id = await client.submit(upload, { ecosystem: 'auto' }, randomUUID());
  const report = await client.follow(id, (state) => say(explainState(state)));
  const colour = process.stdout.isTTY === true && process.stdout.hasColors();
  process.stdout.write(`\n${renderText(report, { colour, width: process.stdout.columns ?? 100 })}\n`);
  const folder = join(config.PACKWARDEN_DATA_DIR, 'demo');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  process.stdout.write(`The full report: ${join(folder, 'report.json')}\n`);
  process.stdout.write(`            and: ${base}/v1/jobs/${id} while the service runs (npm start)\n`);
  if (foundMisbehaviour(report)) return 0;
  say('the report does not have the expected findings: see above');
  return 1;
}

/** `packwarden demo`. */
export const demo: Command = {
  async run(argv) {
    const { values } = readArgs('demo', argv, { options: { help: { type: 'boolean', short: 'h' } } });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    requireSample();
    const config = loadConfig();
    return withLocalService(config, { say }, ({ base }) => detonate(base, config));
  },
};
