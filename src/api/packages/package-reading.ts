import type { JobSummary } from '../../jobs/job.js';
import type { PackageAction, PackageHistory, PackageRun } from '../../jobs/packages/ports.js';
import { keyOf } from '../../report/compare/behaviour.js';
import { wordsOf } from '../../report/compare/behaviour-words.js';
import { ApiError } from '../errors.js';
import type { Identity, JobService } from '../ports.js';
import type { PackageActionRow, PackageDetails, PackageVersion } from './package-shapes.js';

/** The sources of a package's page. */
export interface PackageReading {
  readonly jobs: Pick<JobService, 'summaries'>;
  readonly packages: PackageHistory;
}

/** One version in one job, and what it did there. */
interface Seen {
  readonly run: PackageRun;
  readonly job: JobSummary;
  readonly actions: readonly PackageAction[];
}

/**
 * A package in the jobs that the reader may read. The answer does not reveal whether other people's jobs had the package.
 * @throws ApiError 404
 */
export async function readPackage(
  { jobs, packages }: PackageReading,
  name: string,
  reader: Identity,
): Promise<PackageDetails> {
  const owner = reader.isAdministrator ? undefined : reader.name;
  const { runs, isCut } = await packages.runs(name, owner);
  const ids = [...new Set(runs.map(({ job }) => job))];
  const [summaries, actions] = await Promise.all([jobs.summaries(ids), packages.actions(name, ids)]);
  const readable = new Map(
    summaries.filter((job) => owner === undefined || job.owner === owner).map((job) => [job.id, job]),
  );
  const actionsOf = new Map(ids.map((id, index) => [id, actions[index] ?? []]));
  const seen = runs.flatMap((run): readonly Seen[] => {
    const job = readable.get(run.job);
    if (job === undefined) return [];
    const own = (actionsOf.get(run.job) ?? []).filter(({ version }) => version === null || version === run.version);
    return [{ run, job, actions: own }];
  });
  if (seen.length === 0) {
    throw new ApiError(404, 'unknown-package', 'no job that you may read had this package, or they have expired');
  }
  return { name, versions: versionsOf(seen), isCut };
}

function versionsOf(seen: readonly Seen[]): PackageVersion[] {
  const byVersion = new Map<string, Seen[]>();
  const whoDoes = new Map<string, Set<string>>();
  for (const one of seen) {
    const { run, actions } = one;
    byVersion.set(run.version, [...(byVersion.get(run.version) ?? []), one]);
    for (const { behaviour } of actions) {
      const key = keyOf(behaviour);
      whoDoes.set(key, (whoDoes.get(key) ?? new Set()).add(run.version));
    }
  }
  const isOnly = (key: string): boolean => byVersion.size > 1 && whoDoes.get(key)?.size === 1;
  return [...byVersion].map(([version, own]) => versionOf(version, own, isOnly));
}

/** `own`: the version's runs, newest first. */
function versionOf(version: string, own: readonly Seen[], isOnly: (key: string) => boolean): PackageVersion {
  const times = own.map(({ run }) => run.submittedAt);
  return {
    version,
    firstSeen: iso(Math.min(...times)),
    lastSeen: iso(Math.max(...times)),
    actions: actionRows(own, isOnly),
    jobs: own.map(({ run, job: { id, project, ref, verdict }, actions }) => {
      return { job: id, submittedAt: iso(run.submittedAt), project, ref, verdict, actions: actions.length };
    }),
  };
}

/** Behaviours that rules found come first, and those seen last before those seen earlier. */
function actionRows(own: readonly Seen[], isOnly: (key: string) => boolean): PackageActionRow[] {
  const rows = new Map<string, PackageActionRow>();
  for (const { job, actions } of own) {
    for (const { behaviour } of actions) {
      const key = keyOf(behaviour);
      const known = rows.get(key);
      const first = { does: wordsOf(behaviour), ...behaviour, jobs: 0, lastJob: job.id, onlyHere: isOnly(key) };
      rows.set(key, { ...(known ?? first), jobs: (known?.jobs ?? 0) + 1 });
    }
  }
  return [...rows.values()].sort((a, b) => Number(b.kind === 'rule') - Number(a.kind === 'rule'));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
