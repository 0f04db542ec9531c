import { afterAll, beforeAll } from 'vitest';
import type { Report } from '../../src/report/report.js';
import { reportOf, submit } from './client.js';
import { dataFolder, ServiceProcess } from './service-process.js';

/** How long the last of many jobs may take, waiting for the others included. */
export const REPORT_MS = 900_000;

/**
 * Detonates these projects, two at a time, by a service of this test file's own, which starts before its tests and ends after
 * them. Gives the report by the project's name.
 */
export function detonated(
  projects: ReadonlyMap<string, () => Promise<Buffer>>,
  env: Readonly<Record<string, string>>,
): (name: string) => Promise<Report> {
  const data = dataFolder();
  const reports = new Map<string, Promise<Report>>();
  let service: ServiceProcess | undefined;
  beforeAll(async () => {
    service = await ServiceProcess.start({ PACKWARDEN_DATA_DIR: data.path, PACKWARDEN_CONCURRENCY: '2', ...env });
    await service.ready();
    for (const [name, pack] of projects) {
      const report = reportOf(service.url, await submit(service.url, await pack()), REPORT_MS);
      // It may fail before its test asks for it.
      report.catch(() => undefined);
      reports.set(name, report);
    }
  }, 180_000);
  afterAll(async () => {
    await service?.stop();
    data.remove();
  });
  return (name) => reports.get(name) ?? Promise.reject(new Error(`no project ${name} was submitted`));
}
