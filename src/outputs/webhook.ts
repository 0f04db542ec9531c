import { createHmac } from 'node:crypto';
import { subjectOf } from '../report/findings/subject.js';
import { outcomeOf } from '../report/verdict/outcome.js';
import type { EndedJob, Output } from './output.js';
import { ask } from './request.js';

/** Further findings are only in the report. */
const MAX_FINDINGS = 100;

export interface WebhookOptions {
  readonly url: string;
  /** Signs the bodies; `whsec_` and base64, or any text. */
  readonly secret: string;
  readonly now: () => number;
}

/**
 * Posts one JSON document for each ended job, signed according to standardwebhooks.com: `webhook-id` is the job's id and the same for every
 * retry, `webhook-signature` covers id, time and body.
 */
export function webhook({ url, secret, now }: WebhookOptions): Output {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  return {
    name: 'webhook',
    async send(job, _progress, signal) {
      const id = `job-${job.id}`;
      const time = String(Math.floor(now() / 1000));
      const body = JSON.stringify(documentOf(job));
      const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
      const headers = {
        'content-type': 'application/json',
        'idempotency-key': id,
        'webhook-id': id,
        'webhook-timestamp': time,
        'webhook-signature': `v1,${signature}`,
      };
      await ask(url, { headers, body }, signal);
    },
  };
}

/** The document for a receiver; the full report is at `report`, for those with access to it. */
export function documentOf({ id, report, context, url }: EndedJob): Record<string, unknown> {
  const { verdict, ecosystem, submittedAt, finishedAt, findings, incomplete } = report;
  return {
    type: 'job.finished',
    id,
    verdict,
    reason: outcomeOf(report, 'WARNING').reason,
    ecosystem,
    submittedAt,
    finishedAt,
    report: url,
    project: context?.projectPath ?? null,
    sha: context?.sha ?? null,
    incomplete: incomplete.map(({ code }) => code),
    findingCount: findings.length,
    findings: findings.slice(0, MAX_FINDINGS).map((finding) => ({
      rule: finding.rule,
      priority: finding.priority,
      phase: finding.phase,
      package: finding.package === null ? null : { name: finding.package.name, version: finding.package.version },
      subject: subjectOf(finding),
      count: finding.count,
    })),
  };
}
