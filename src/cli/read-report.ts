import { readFile } from 'node:fs/promises';
import { loadConfig } from '../app/config/config.js';
import { type Report, reportSchema } from '../report/report.js';
import { UsageError } from './usage.js';

/** What a command that takes a report says of it in its help. */
export const REPORT_HELP =
  'REPORT is a file, the address of a report (http://…/v1/jobs/ID), or the id of a job of the service that is configured here.';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The report that is a command's one argument. `help`: the command that tells more. @throws UsageError where there is not just one, and
 * when there is no report by that name
 */
export async function readReport([where, ...rest]: readonly string[], help: string): Promise<Report> {
  if (where === undefined || rest.length > 0) throw new UsageError('one report is needed', help);
  const refuse = (why: string): UsageError => new UsageError(`${where}: ${why}`, help);
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
