import { z } from 'zod';
import { legacyAlertSchema } from '../report/finding.js';
import { reportSchema } from '../report/report.js';

/** The schemas of the HTTP API: they type the routes' answers, and `/openapi.json` is generated from them. */

const RUNNING = ['queued', 'preparing', 'fetching', 'installing', 'importing', 'draining'] as const;
const STATES = [...RUNNING, 'finished', 'incomplete'] as const;

/** Package Hunter's answer to an upload. */
export const legacyAcceptedSchema = z.object({ status: z.literal('ok'), id: z.uuid() });

/** The answer about a job that Package Hunter's clients read (https://gitlab.com/gitlab-org/security-products/package-hunter). */
export const legacyViewSchema = z.discriminatedUnion('status', [
  z.object({ id: z.uuid(), status: z.literal('pending') }),
  z.object({ id: z.uuid(), status: z.literal('finished'), result: z.array(legacyAlertSchema) }),
  z.object({ id: z.uuid(), status: z.literal('error'), message: z.string(), result: z.array(legacyAlertSchema) }),
]);
export type LegacyView = z.infer<typeof legacyViewSchema>;

/** The answer to an upload. */
export const acceptedSchema = z.object({ id: z.uuid(), status: z.literal('queued'), ecosystem: z.string() });
export type Accepted = z.infer<typeof acceptedSchema>;

/** A job that has no report yet. */
export const runningJobSchema = z.object({
  id: z.uuid(),
  status: z.enum(STATES),
  ecosystem: z.string(),
  submittedAt: z.iso.datetime(),
  /** Only for a waiting job. */
  queue: z
    .object({
      /** How many waiting jobs are ahead of it. */
      before: z.number().int(),
      /** Estimated start; null when it is not known. */
      startsAt: z.iso.datetime().nullable(),
    })
    .optional(),
});
export type RunningJob = z.infer<typeof runningJobSchema>;

/** A running job that is being cancelled. */
export const cancellingSchema = z.object({ id: z.uuid(), status: z.literal('cancelling') });

/** One server-sent event `state`; `verdict` comes with the last one. */
export const stateEventSchema = z.object({
  id: z.uuid(),
  status: z.enum(STATES),
  verdict: reportSchema.shape.verdict.optional(),
});
export type StateEvent = z.infer<typeof stateEventSchema>;

/** Every error: `code` is for programs, `reason` for people. There may be more fields, e.g. `entry`, `known`. */
export const errorSchema = z.looseObject({
  status: z.literal('error'),
  reason: z.string(),
  code: z.string().optional(),
});
export type ErrorBody = z.infer<typeof errorSchema>;

export const healthSchema = z.object({ status: z.literal('ok') });

/** Each part of the service, with the reason when it is not ready. Jobs run without the optional ones. */
export const readinessSchema = z.object({
  status: z.enum(['ready', 'not-ready']),
  ready: z.boolean(),
  parts: z.record(
    z.string(),
    z.looseObject({ ready: z.boolean(), reason: z.string().optional(), optional: z.boolean().optional() }),
  ),
});

export { type FullReport, fullReportSchema } from '../jobs/full-report.js';
export type { Finding, LegacyAlert, PackageRef } from '../report/finding.js';
export type { Phase } from '../report/phase.js';
export type { ProcessRow, Report } from '../report/report.js';
export { reportSchema } from '../report/report.js';
