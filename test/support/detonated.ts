import { beforeAll } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { reportOf, submit } from './client.js';
import { runningService } from './running-service.js';

/** How long the last of many jobs may take, waiting for the others included. */
export const REPORT_MS = 1_800_000;

/**
 * Detonates these projects, two at a time, by a service of this test file's own, which starts before its tests and ends after
 * them. Gives the report by the project's name.
 */
export function detonated(
  projects: ReadonlyMap<string, () => Promise<Buffer>>,
  env: Readonly<Record<string, string>>,
  ecosystem = 'npm',
): (name: string) => Promise<Report> {
  const service = runningService({ PACKWARDEN_CONCURRENCY: '2', ...env });
  const reports = new Map<string, Promise<Report>>();
  beforeAll(async () => {
    for (const [name, pack] of projects) {
      const report = reportOf(service.url, await submit(service.url, await pack(), ecosystem), REPORT_MS);
      // It may fail before its test asks for it.
      report.catch(() => undefined);
      reports.set(name, report);
    }
  }, 180_000);
  return (name) => reports.get(name) ?? Promise.reject(new Error(`no project ${name} was submitted`));
}
