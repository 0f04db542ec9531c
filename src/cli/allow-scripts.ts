import { readFile } from 'node:fs/promises';
import { loadConfig } from '../app/config.js';
import type { AllowListForm } from '../ecosystems/allow-list.js';
import { allowScriptsForm, FORMS, formFor } from '../report/allow-scripts.js';
import { plain } from '../report/plain.js';
import { type Report, reportSchema } from '../report/report.js';
import { reportedManager } from '../report/reported-manager.js';
import { type Command, readArgs, UsageError } from './usage.js';

const HELP = `Usage: packwarden allow-scripts REPORT [--for ${FORMS.map(({ name }) => name).join('|')}]

Prints which dependency scripts may run, for the package manager that the report is of (or the one named by --for), in the
form that its file takes (read by ${FORMS.map(({ readBy }) => readBy).join('; ')}).
REPORT is a file, the address of a report (http://…/v1/jobs/ID), or the id of a job of the service that is configured here.
Of a job with --check-needed, packages that need no script (they can be loaded without, and it left nothing) are refused, too,
and named on standard error.
Exit code 0; 1 when the report recommends and refuses nothing.
`;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws UsageError when there is no report by that name */
async function readReport(where: string): Promise<Report> {
  const refuse = (why: string): UsageError => new UsageError(`${where}: ${why}`, 'packwarden allow-scripts --help');
  let text: string;
  try {
    text = await readText(where);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  try {
    return reportSchema.parse(JSON.parse(text));
  } catch {
    throw refuse('this is no full report of Packwarden (a job that still runs has none)');
  }
}

async function readText(where: string): Promise<string> {
  const { PACKWARDEN_HOST: host, PACKWARDEN_PORT: port } = ID.test(where) ? loadConfig() : {};
  const address = ID.test(where) ? `http://${host}:${port}/v1/jobs/${where}` : where;
  if (!/^https?:\/\//.test(address)) return readFile(address, 'utf8');
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the service answered ${response.status}`);
  return response.text();
}

function formOf(report: Report, wanted: string | undefined): AllowListForm {
  const form = wanted === undefined ? formFor(report) : FORMS.find(({ name }) => name === wanted);
  if (form !== undefined) return form;
  const { name, version } = wanted === undefined ? reportedManager(report) : { name: wanted, version: '' };
  const known = FORMS.map((each) => each.name).join(', ');
  throw new UsageError(
    `${`${name} ${version}`.trim()} has no such form; known ones: ${known}`,
    'packwarden allow-scripts --help',
  );
}

/** `packwarden allow-scripts`. */
export const allowScripts: Command = {
  async run(argv) {
    const { values, positionals } = readArgs('allow-scripts', argv, {
      allowPositionals: true,
      options: { for: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const [where, ...rest] = positionals;
    if (where === undefined || rest.length > 0) {
      throw new UsageError('one report is needed', 'packwarden allow-scripts --help');
    }
    const report = await readReport(where);
    const { file, text, beside, notes } = allowScriptsForm(report, formOf(report, values.for));
    process.stderr.write(`for ${file}:\n`);
    process.stdout.write(text);
    if (beside !== undefined) process.stderr.write(`for ${beside.file}, because ${beside.why}:\n${beside.text}`);
    for (const note of notes) process.stderr.write(`${plain(note)}\n`);
    const { recommended, refused, unneeded = [] } = report.allowScripts;
    for (const spec of unneeded) {
      process.stderr.write(
        `${plain(spec)} needs no script: it can be loaded without, and its script left nothing behind\n`,
      );
    }
    return recommended.length + refused.length + unneeded.length > 0 ? 0 : 1;
  },
};
