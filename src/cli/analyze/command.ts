import { randomUUID } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { loadClientConfig } from '../../app/config/config.js';
import type { FullReport } from '../../jobs/full-report.js';
import { counted } from '../../report/text/counted.js';
import { plain } from '../../report/text/plain.js';
import { size } from '../../report/text/size.js';
import { outcomeOf } from '../../report/verdict/outcome.js';
import type { Command } from '../frame/usage.js';
import type { Tarball } from '../pack/tarball.js';
import { type JobOptions, ServiceClient } from '../service/service-client.js';
import { help } from './help.js';
import { Interrupt } from './interrupt.js';
import { type AnalyzeOptions, readAnalyzeOptions } from './options.js';
import { renderForStdout, writeOutputs } from './output.js';
import { Progress } from './progress.js';
import { chooseSubmission, pack, type Submission } from './submission.js';

const POLL_MS = 1_000;

export const analyze: Command = {
  async run(argv) {
    const config = loadClientConfig();
    const options = readAnalyzeOptions(argv, config);
    if (options === null) {
      process.stdout.write(help());
      return 0;
    }
    const submission = chooseSubmission(options, config);
    if (options.dryRun) {
      process.stdout.write(listing(submission));
      return 0;
    }
    return submitAndReport(options, submission);
  },
};

/**
 * Submits a project, waits for its report and prints it as the options say; `onJob` hears the address of the job's page once the service
 * has accepted it. Resolves with the exit code. @throws ServiceError
 */
export async function submitAndReport(
  options: AnalyzeOptions,
  submission: Submission,
  onJob: (page: string) => void = () => undefined,
): Promise<number> {
  const progress = new Progress((text) => process.stderr.write(text), process.stderr.isTTY === true);
  const interrupt = new Interrupt(options.timeoutMs);
  const client = new ServiceClient(options.url, {
    headers: options.headers,
    retryForMs: options.retryMs,
    signal: interrupt.signal,
    onWait: (error, ms) => progress.retrying(error, ms),
    pollMs: POLL_MS,
  });
  const run = new Run(client, progress, interrupt, onJob);
  const tarball = await pack(submission);
  try {
    announceSubmission(submission, tarball, options.url, progress);
    const report = await run.toReport(tarball, jobOptionsOf(submission, options));
    if (report === null) return interrupt.exitCode;
    return await publish(report, submission, options, progress, client.base);
  } finally {
    await tarball.dispose();
  }
}

function jobOptionsOf(submission: Submission, { checkNeeded, run, passes, project }: AnalyzeOptions): JobOptions {
  const folder = submission.kind === 'project' ? submission.folder : null;
  const { ecosystem } = submission;
  return { ecosystem, checkNeeded, run, passes, project: { ...project, part: project.part ?? folder ?? undefined } };
}

/** One job from its upload to its report; an interrupted one is cancelled at the service. */
class Run {
  constructor(
    private readonly client: ServiceClient,
    private readonly progress: Progress,
    private readonly interrupt: Interrupt,
    private readonly onJob: (page: string) => void,
  ) {}

  /** Null when it was interrupted or took too long. @throws ServiceError */
  async toReport(tarball: Tarball, options: JobOptions): Promise<FullReport | null> {
    let id: string | null = null;
    try {
      id = await this.client.submit(tarball, options, randomUUID(), (sent) => this.progress.sent(sent, tarball.bytes));
      const page = `${this.client.base}/jobs/${id}`;
      this.progress.say(`job ${page}`);
      this.onJob(page);
      return await this.client.follow(id, (state) => this.progress.state(state));
    } catch (error) {
      if (!this.interrupt.signal.aborted) throw error;
      this.progress.say(id === null ? this.interrupt.reason : `${this.interrupt.reason}: cancelling job ${id}`);
      if (id !== null) await this.client.cancel(id);
      return null;
    }
  }
}

async function publish(
  report: FullReport,
  submission: Submission,
  options: AnalyzeOptions,
  progress: Progress,
  base: string,
): Promise<number> {
  const lockFile = submission.kind === 'project' ? submission.lockFile : null;
  const written = { report, lockFile, reportUrl: `${base}/jobs/${report.id}` };
  await writeOutputs(written, options);
  const { stdout } = process;
  const terminal = {
    isTty: stdout.isTTY === true,
    hasColours: stdout.isTTY === true && stdout.hasColors(),
    columns: stdout.columns,
  };
  stdout.write(await renderForStdout(written, options, terminal));
  const { exitCode, reason } = outcomeOf(report, options.failOn);
  progress.say(`verdict ${report.verdict}: ${reason} (exit code ${exitCode})`);
  return exitCode;
}

function announceSubmission(submission: Submission, tarball: Tarball, url: string, progress: Progress): void {
  if (submission.kind === 'project') {
    for (const note of submission.selection.notes) progress.say(note);
    progress.say(`packed ${counted(submission.selection.files.length, 'file')}`);
  }
  const why = because(submission);
  if (why !== '') progress.say(`package manager ${submission.ecosystem}${why}`);
  progress.say(`uploading ${size(tarball.bytes)} to ${url} as ${submission.ecosystem}`);
}

function because(submission: Submission): string {
  return submission.kind === 'tarball' || submission.reason === null ? '' : `: ${plain(submission.reason)}`;
}

/** What `--dry-run` prints: the files that would be sent. */
export function listing(submission: Submission): string {
  if (submission.kind === 'tarball') return `${submission.path}, unchanged (${submission.ecosystem})\n`;
  const { selection, ecosystem } = submission;
  const sizes = selection.files.map(
    ([path, content]) => content?.length ?? lstatSync(join(selection.project.root, path)).size,
  );
  const rows = selection.files.map(([path, content], at) => {
    const bytes = size(sizes[at] ?? 0).padStart(12);
    return `${bytes}  ${plain(path)}${content === null ? '' : '  (secrets removed)'}`;
  });
  const total = sizes.reduce((sum, bytes) => sum + bytes, 0);
  const notes = selection.notes.map((note) => `note: ${note}`);
  return `${[...rows, ...notes, `${counted(rows.length, 'file')}, ${size(total)} before compression (${ecosystem}${because(submission)})`].join('\n')}\n`;
}
