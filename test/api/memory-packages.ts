import type { JobPackages, PackageAction, PackageHistory, PackageRuns } from '../../src/jobs/packages/ports.js';
import { MAX_RUNS } from '../../src/queue/packages/redis-package-history.js';

/** The packages of jobs of one process, for tests of what stands in front of them. */
export class MemoryPackages implements PackageHistory {
  readonly jobs = new Map<string, JobPackages>();
  /** As if older jobs had been let go. */
  isCut = false;

  async record(packages: JobPackages): Promise<void> {
    this.jobs.set(packages.job, packages);
  }

  async runs(name: string, owner: string | null | undefined): Promise<PackageRuns> {
    const own = [...this.jobs.values()].filter((job) => owner === undefined || job.owner === owner);
    const runs = own
      .sort((a, b) => b.submittedAt - a.submittedAt)
      .flatMap(({ job, submittedAt, versions }) =>
        (versions.get(name) ?? []).map((version) => ({ job, version, submittedAt })),
      );
    return { runs: runs.slice(0, MAX_RUNS), isCut: this.isCut || runs.length >= MAX_RUNS };
  }

  async actions(name: string, jobs: readonly string[]): Promise<readonly (readonly PackageAction[])[]> {
    return jobs.map((job) => this.jobs.get(job)?.actions.get(name) ?? []);
  }

  async forget(job: string): Promise<void> {
    this.jobs.delete(job);
  }
}
