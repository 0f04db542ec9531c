import { z } from 'zod';
import type { Report } from '../../report/report.js';

const referenceSchema = z.object({
  object: z.object({ key: z.string(), bytes: z.number().int(), sha256: z.string() }),
});

/** What Redis keeps of a report that is in the store: enough to find it and to notice if it is not as it was written. */
export type ReportReference = z.infer<typeof referenceSchema>;

/**
 * The result of a job in Redis. A whole report is there for jobs about which nothing is known (it is small, and can be written while the
 * store is away), and for those of versions that kept reports in Redis.
 */
export type JobResult = ReportReference | Report;

/** Null for a whole report, which its reader parses. */
export function referenceOf(result: unknown): ReportReference | null {
  return referenceSchema.safeParse(result).data ?? null;
}
