import { readFile } from 'node:fs/promises';
import { loadConfig } from '../../app/config/config.js';
import { messageOf } from '../../errors/message.js';
import { type Report, reportSchema } from '../../report/report.js';
import { UsageError } from '../frame/usage.js';

/** How the help of the commands that read a report describes this argument. */
export const REPORT_HELP =
  'REPORT is a file, the URL of a report (http://…/v1/jobs/ID), or the ID of a job of the service configured on this machine.';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The report that a command's only argument names. `help`: the command whose help to point to. @throws UsageError when there is not
 * exactly one argument, or it names no report
 */
export async function readReport([where, ...rest]: readonly string[], help: string): Promise<Report> {
  if (where === undefined || rest.length > 0) throw new UsageError('expected one REPORT', help);
  const refuse = (why: string): UsageError => new UsageError(`${where}: ${why}`, help);
  let text: string;
  try {
    text = await readText(where);
  } catch (error) {
    throw refuse(messageOf(error));
  }
  try {
    return reportSchema.parse(JSON.parse(text));
  } catch {
    throw refuse('not a complete report of Packwarden (a running job has none yet)');
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
