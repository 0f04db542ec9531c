import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VERSION } from '../../app/version.js';
import type { FullReport } from '../../jobs/full-report.js';
import { FORMATS, type FormatName } from '../../report/formats/formats.js';
import { lockFileOf } from '../../report/formats/lock-file.js';
import { renderText } from '../../report/text/text.js';
import type { AnalyzeOptions } from './options.js';

/** What standard output is connected to, which decides the report's format and layout. */
export interface Terminal {
  readonly isTty: boolean;
  readonly hasColours: boolean;
  readonly columns: number | undefined;
}

export interface WrittenReport {
  readonly report: FullReport;
  /** Path relative to the repository; null for a tarball, whose lock file only the report knows. */
  readonly lockFile: string | null;
  readonly reportUrl: string;
}

/** The report for standard output: text in a terminal, JSON otherwise, unless `--format` says something else. */
export async function renderForStdout(
  written: WrittenReport,
  options: AnalyzeOptions,
  stdout: Terminal,
): Promise<string> {
  const format = options.format ?? (stdout.isTty ? 'text' : 'json');
  if (format !== 'text') return render(written, format);
  const { report, reportUrl } = written;
  const colour = options.colour && stdout.isTty && stdout.hasColours;
  return renderText(report, { colour, width: Math.min(stdout.columns ?? 80, 120), reportUrl });
}

/** Writes the files of `--output` and `--annotations`. */
export async function writeOutputs(written: WrittenReport, options: AnalyzeOptions): Promise<void> {
  for (const { format, file } of options.outputs) await writeTo(file, await render(written, format));
  if (options.annotations !== null) await writeTo(options.annotations, annotations(written));
}

async function render({ report, lockFile, reportUrl }: WrittenReport, format: FormatName): Promise<string> {
  return FORMATS[format].render(report, { file: lockFile ?? lockFileOf(report), reportUrl, version: VERSION });
}

/** What GitLab shows as a link on the job's page (`artifacts:reports:annotations`). */
function annotations({ report, reportUrl }: WrittenReport): string {
  const link = { label: `Packwarden: ${report.verdict}`, url: reportUrl };
  return `${JSON.stringify({ packwarden: [{ external_link: link }] }, null, 2)}\n`;
}

async function writeTo(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
