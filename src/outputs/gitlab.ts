import { z } from 'zod';
import type { JobContext } from '../gitlab/identity/context.js';
import type { Finding } from '../report/finding.js';
import { subjectOf } from '../report/findings/subject.js';
import { counted } from '../report/text/counted.js';
import { cut, plain } from '../report/text/plain.js';
import { outcomeOf } from '../report/verdict/outcome.js';
import { GitlabApi } from './gitlab-api.js';
import type { EndedJob, Output } from './output.js';

/** Starts our note; together with its author it identifies the note. */
const MARK = '<!-- packwarden -->';
const MAX_ROWS = 20;
const MAX_CELL = 120;
const STATUS_NAME = 'packwarden';

const userSchema = z.object({ id: z.int() });
const mergeRequestSchema = z.object({ id: z.int(), iid: z.int(), state: z.string() });
const noteSchema = z.object({ id: z.int(), body: z.string(), author: userSchema });
type Note = z.infer<typeof noteSchema>;

/**
 * Reports to GitLab: sets a status on the commit, and writes one note to its merge request, which later runs update. Only for jobs whose ID
 * token proves their project and commit, on instances with a configured token (address → token): a mere claim must not make us write
 * elsewhere.
 */
export function gitlabOutput(tokens: ReadonlyMap<string, string>): Output {
  return {
    name: 'gitlab',
    async send(job, progress, signal) {
      const { context } = job;
      const token = context?.verified === true ? tokens.get(context.instance) : undefined;
      if (context === null || token === undefined || context.sha === undefined) return;
      const api = new GitlabApi(context.instance, token, signal);
      if (progress.done < 1) {
        await setStatus(api, job, context, context.sha);
        await progress.advance(1);
      }
      await writeNote(api, job, context, context.sha);
    },
  };
}

async function setStatus(
  api: GitlabApi,
  job: EndedJob,
  { projectId, ref, refType }: JobContext,
  sha: string,
): Promise<void> {
  const { exitCode, reason } = outcomeOf(job.report, 'WARNING');
  const body = {
    state: exitCode === 0 ? 'success' : 'failed',
    name: STATUS_NAME,
    description: cut(`${job.report.verdict}: ${reason}`, 255),
    ...(job.url !== null && { target_url: job.url }),
    ...(ref !== undefined && refType === 'branch' && { ref }),
  };
  // 400: the commit already has this state; GitLab refuses a transition to the same state.
  await api.send('POST', `/projects/${projectId}/statuses/${sha}`, body, [400]);
}

async function writeNote(
  api: GitlabApi,
  job: EndedJob,
  { projectId, mergeRequestId }: JobContext,
  sha: string,
): Promise<void> {
  if (mergeRequestId === undefined) return;
  const requests = await api.get(
    `/projects/${projectId}/repository/commits/${sha}/merge_requests`,
    z.array(mergeRequestSchema),
  );
  const iid = requests.find(({ id, state }) => String(id) === mergeRequestId && state === 'opened')?.iid;
  if (iid === undefined) return;
  const notes = `/projects/${projectId}/merge_requests/${iid}/notes`;
  const own = await ownNote(api, notes);
  const body = noteOf(job);
  if (own === undefined) await api.send('POST', notes, { body });
  else if (own.body !== body) await api.send('PUT', `${notes}/${own.id}`, { body });
}

/** Others may write our mark into a note of their own: such a note is not ours and must not be modified. */
async function ownNote(api: GitlabApi, notes: string): Promise<Note | undefined> {
  const { id } = await api.get('/user', userSchema);
  for await (const note of api.list(`${notes}?sort=asc&order_by=created_at`, noteSchema)) {
    if (note.author.id === id && note.body.startsWith(MARK)) return note;
  }
  return undefined;
}

/** The text for a merge request. Names and paths are untrusted: in code spans they are neither markup nor mentions. */
export function noteOf({ report, url }: EndedJob): string {
  const { reason } = outcomeOf(report, 'WARNING');
  const link = url === null ? '' : ` ([report](${url}))`;
  const rows = report.findings.slice(0, MAX_ROWS).map(row);
  const left = report.findings.length - rows.length;
  const table = rows.length === 0 ? [] : ['', '| priority | finding | package | about |', '|---|---|---|---|', ...rows];
  const more = left > 0 ? ['', `and ${counted(left, 'finding')} more`] : [];
  const why = report.incomplete.map(({ message }) => `- ${code(message)}`);
  return [
    MARK,
    `**Packwarden: ${report.verdict}** – ${reason}${link}`,
    ...table,
    ...more,
    ...(why.length > 0 ? ['', ...why] : []),
  ].join('\n');
}

function row(finding: Finding): string {
  const { priority, rule, package: by } = finding;
  const cells = [priority, code(rule), by === null ? '' : code(`${by.name}@${by.version}`), code(subjectOf(finding))];
  return `| ${cells.join(' | ')} |`;
}

function code(text: string): string {
  const shown = cut(plain(text).replaceAll('`', "'").replaceAll('|', '¦').trim(), MAX_CELL);
  return shown === '' ? '' : `\`${shown}\``;
}
