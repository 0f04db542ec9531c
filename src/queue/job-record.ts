import { z } from 'zod';
import { EGRESS_MODES } from '../egress/mode.js';
import { jobContextSchema } from '../gitlab/identity/context.js';
import {
  ECOSYSTEMS,
  type JobSpec,
  type JobState,
  type JobSummary,
  type JobView,
  MOST_RUN,
  PASSES,
  SCRIPT_NAME,
} from '../jobs/job.js';
import { projectLineSchema } from '../jobs/projects/line.js';
import { type Report, reportSchema } from '../report/report.js';
import type { IncompleteCode } from '../report/verdict/incomplete-codes.js';

/** The queue's name in Redis, under BullMQ's prefix. */
export const QUEUE_NAME = 'packwarden';

/** The channel for cancelling a running job; the message is the job's id. */
export const CANCEL_CHANNEL = 'packwarden:cancel';

/**
 * The channel on which a worker announces that it has taken over a job that was started before; the message is its own id, a space, and the
 * job's id.
 */
export const TAKEN_CHANNEL = 'packwarden:taken';

const specSchema = z.object({
  id: z.uuid(),
  ecosystem: z.enum(ECOSYSTEMS),
  owner: z.string().nullable(),
  submittedAt: z.number(),
  // Absent in jobs that an earlier version queued.
  context: jobContextSchema.nullable().default(null),
  egress: z.enum(EGRESS_MODES).exactOptional(),
  baseline: z.union([z.object({ text: z.string() }), z.object({ problem: z.string() })]).exactOptional(),
  checkNeeded: z.boolean().exactOptional(),
  run: z.array(z.string().regex(SCRIPT_NAME)).min(1).max(MOST_RUN).exactOptional(),
  passes: z.literal(PASSES).exactOptional(),
  project: projectLineSchema.exactOptional(),
  blob: z.object({ key: z.string(), bytes: z.number(), sha256: z.string() }),
});

/** Parses a job's data from Redis. @throws ZodError */
export function parseSpec(data: unknown): JobSpec {
  return Object.freeze(specSchema.parse(data));
}

/** The same; null for data of another version. */
export function specOf(data: unknown): JobSpec | null {
  return specSchema.safeParse(data).data ?? null;
}

const RUNNING = ['preparing', 'fetching', 'installing', 'importing', 'draining'] as const satisfies readonly JobState[];
const progressSchema = z.object({
  state: z.enum(RUNNING),
  /** The content of the coming report, stored just before it, so that lists need not read reports. */
  outcome: z
    .object({
      verdict: reportSchema.shape.verdict,
      findings: z.number().int(),
      /** If the name comes from the manifest, only the report contains it. */
      project: z.object({ id: z.string(), name: z.string() }).nullable().default(null),
    })
    .optional(),
});
/** A worker's progress report about a job. */
export type JobProgress = z.infer<typeof progressSchema>;

/** Parses a worker's progress report; null for data of another version. */
export function parseProgress(progress: unknown): JobProgress | null {
  return progressSchema.safeParse(progress).data ?? null;
}

/** A job as stored by BullMQ, without its types. */
export interface StoredJob {
  readonly data: unknown;
  readonly progress: unknown;
  /** Of a completed job that is read as a whole. */
  readonly report: Report | null;
  readonly failedReason?: string;
  readonly processedOn?: number;
  readonly finishedOn?: number;
}

/**
 * A job as its readers see it. `bullState` is BullMQ's state. A job that failed without a report (it lost its worker too often), and one
 * that no worker took within `queueMs`, are reported as incomplete, never silently dropped.
 */
export function toView(stored: StoredJob, bullState: string, now: number, queueMs: number): JobView {
  const spec = parseSpec(stored.data);
  const { id, ecosystem, owner, submittedAt, context } = spec;
  const base = { id, ecosystem, owner, submittedAt, context };
  if (bullState === 'completed') {
    if (stored.report === null) throw new TypeError('a completed job is shown with its report');
    return { ...base, state: stored.report.status, report: stored.report };
  }
  if (bullState === 'failed') {
    const at = stored.finishedOn ?? now;
    return { ...base, state: 'incomplete', report: emptyReport(spec, at, 'worker-lost', stored.failedReason ?? '') };
  }
  if (bullState === 'active') {
    return { ...base, state: parseProgress(stored.progress)?.state ?? 'preparing', report: null };
  }
  if (now - spec.submittedAt > queueMs) {
    const message = 'no worker took the job in time';
    return { ...base, state: 'incomplete', report: emptyReport(spec, now, 'queue-timeout', message) };
  }
  return { ...base, state: 'queued', report: null };
}

/** A job as shown in lists; does not read `stored.report`. */
export function toSummary(stored: StoredJob, bullState: string, now: number, queueMs: number): JobSummary {
  const spec = parseSpec(stored.data);
  const outcome = parseProgress(stored.progress)?.outcome ?? null;
  const { project: named, ref } = spec.project ?? { project: null, ref: null };
  const facts = {
    project: outcome?.project ?? (named === null ? null : { id: null, name: named.name }),
    ref: ref ?? spec.context?.ref ?? null,
    durationMs: durationOf(stored),
  };
  if (bullState !== 'completed') {
    const { report, ...job } = toView(stored, bullState, now, queueMs);
    return { ...job, ...facts, verdict: report?.verdict ?? null, findings: report?.findings.length ?? null };
  }
  const { id, ecosystem, owner, submittedAt, context } = spec;
  const state = outcome?.verdict === 'incomplete' ? 'incomplete' : 'finished';
  const { verdict, findings } = outcome ?? { verdict: null, findings: null };
  return { id, ecosystem, owner, submittedAt, context, state, ...facts, verdict, findings };
}

function durationOf({ processedOn, finishedOn }: StoredJob): number | null {
  return processedOn === undefined || finishedOn === undefined ? null : Math.max(0, finishedOn - processedOn);
}

/** The report of a job about which nothing is known. */
export function emptyReport(spec: JobSpec, at: number, code: IncompleteCode, message: string): Report {
  return {
    id: spec.id,
    status: 'incomplete',
    verdict: 'incomplete',
    ecosystem: spec.ecosystem,
    manager: null,
    submittedAt: new Date(spec.submittedAt).toISOString(),
    finishedAt: new Date(at).toISOString(),
    phases: [],
    monitoring: { proven: false, source: '', openingCanaryMs: null, closingCanaryMs: null, drops: 0 },
    findings: [],
    observations: [],
    egressMode: null,
    egress: [],
    packages: [],
    allowScripts: { recommended: [], refused: [] },
    incomplete: [{ code, message }],
    log: '',
  };
}
