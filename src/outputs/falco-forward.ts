import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { Priority } from '../falco/alert.js';
import type { Finding } from '../report/finding.js';
import { subjectOf } from '../report/findings/subject.js';
import { plain } from '../report/text/plain.js';
import { outcomeOf } from '../report/verdict/outcome.js';
import type { EndedJob, Output } from './output.js';
import { ask } from './request.js';

/** An alert as posted by Falco's `http_output`, and read by Falcosidekick. */
export interface FalcoJson {
  readonly uuid: string;
  readonly time: string;
  readonly priority: string;
  readonly rule: string;
  readonly source: 'packwarden';
  readonly hostname: string;
  readonly output: string;
  readonly tags: readonly string[];
  readonly output_fields: Readonly<Record<string, string | number>>;
}

const VERDICT_PRIORITY = { clean: 'INFORMATIONAL', findings: 'WARNING', incomplete: 'WARNING' } as const;

/** Sends each finding of a job and then its verdict in Falco's format, to Falcosidekick and other readers of Falco's JSON. */
export function falcoForward(url: string): Output {
  return {
    name: 'falco',
    async send(job, progress, signal) {
      const alerts = alertsOf(job);
      for (const [i, alert] of alerts.entries()) {
        if (i < progress.done) continue;
        await ask(url, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(alert) }, signal);
        await progress.advance(i + 1);
      }
    },
  };
}

/** The alerts of a job; always the same for the same job. */
export function alertsOf(job: EndedJob): readonly FalcoJson[] {
  const { report } = job;
  const findings = report.findings.map((finding, i) => findingAlert(job, finding, i));
  return [...findings, verdictAlert(job)];
}

function findingAlert(job: EndedJob, finding: Finding, index: number): FalcoJson {
  const { rule, priority, tags, first, phase, count, package: by } = finding;
  const subject = subjectOf(finding);
  const who = by === null ? 'an unknown package' : `${by.name}@${by.version}`;
  const fields = {
    'package.name': by?.name ?? '',
    'package.version': by?.version ?? '',
    'finding.phase': phase,
    'finding.count': count,
    'finding.subject': subject,
  };
  const output = plain(`${rule} by ${who} (${phase})${subject === '' ? '' : `: ${subject}`}`);
  return alert(job, { key: `finding ${index}`, time: first, priority, rule, output, tags, fields });
}

function verdictAlert(job: EndedJob): FalcoJson {
  const { verdict, findings, finishedAt } = job.report;
  const { reason } = outcomeOf(job.report, 'WARNING');
  const fields = { 'job.verdict': verdict, 'job.findings': findings.length };
  const priority = VERDICT_PRIORITY[verdict];
  const output = `Packwarden verdict: ${verdict}, ${reason}`;
  return alert(job, {
    key: 'verdict',
    time: finishedAt,
    priority,
    rule: 'Packwarden verdict',
    output,
    tags: ['packwarden'],
    fields,
  });
}

interface Content {
  readonly key: string;
  readonly time: string;
  readonly priority: Priority;
  readonly rule: string;
  readonly output: string;
  readonly tags: readonly string[];
  readonly fields: Readonly<Record<string, string | number>>;
}

function alert(
  { id, context, url }: EndedJob,
  { key, time, priority, rule, output, tags, fields }: Content,
): FalcoJson {
  return {
    uuid: uuidOf(`${id} ${key}`),
    time,
    priority: priority.charAt(0) + priority.slice(1).toLowerCase(),
    rule,
    source: 'packwarden',
    hostname: hostname(),
    output,
    tags: [...tags].sort(),
    output_fields: { 'job.id': id, 'job.url': url ?? '', 'job.project': context?.projectPath ?? '', ...fields },
  };
}

/** A name-based UUID (version 8), so that a repeated alert has the same id. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
