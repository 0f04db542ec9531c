import { archivesIn } from '../../ecosystems/recognition/archives.js';
import type { Actors } from '../attribution/attribution.js';
import type { Finding } from '../finding.js';
import type { Report } from '../report.js';
import { specOf } from '../spec.js';
import { involvedIn } from './involved.js';
import { notFromRegistry } from './provenance.js';

type Row = Report['packages'][number];

/** The parts of a run that determine which scripts are recommended. */
export interface SeenOfRun {
  readonly verdict: Report['verdict'];
  readonly findings: readonly Finding[];
  readonly observations: readonly Finding[];
  readonly actors: Actors;
  /** Absolute paths of the project's own files, as they were submitted. */
  readonly brought: ReadonlySet<string>;
  /** The packages that asked for a host, as `name@version`; null if the job did not ask which scripts are needed. */
  readonly contacting: ReadonlySet<string> | null;
}

/**
 * What a reviewer should do next, and why the scripts of a package are not recommended. Nothing is recommended if the run can't
 * be vouched for, or if a finding has no package, because any package may have caused it. A recommendation is for a name and
 * version, so everything that was installed under both must qualify.
 *
 * If a package can be loaded without its scripts, they may still be useful (many packages load their native library on first
 * use). So scripts are called unneeded only if they also left no file and asked for no host.
 */
export function recommend(rows: readonly Row[], seen: SeenOfRun): Pick<Report, 'packages' | 'allowScripts'> {
  const { verdict, findings, actors, brought, contacting } = seen;
  const actions = actionsOf(rows, seen);
  const origins = unfitOrigins(actors, brought);
  const inDoubt = verdict === 'incomplete' || findings.some((finding) => finding.package === null);
  const clean = inDoubt ? [] : rows.filter((row) => !actions.has(specOf(row)));
  const isUnneeded = (row: Row): boolean =>
    row.needed === false && row.wrote === 0 && contacting?.has(specOf(row)) === false;
  return {
    packages: rows.map((row) => {
      const reason = actions.get(specOf(row)) ?? origins.get(specOf(row));
      return reason === undefined ? row : { ...row, notRecommended: reason };
    }),
    allowScripts: {
      recommended: specsOf(clean.filter((row) => !isUnneeded(row) && !origins.has(specOf(row)))),
      refused: specsOf(rows.filter(({ findings }) => findings > 0)),
      ...(contacting === null ? {} : { unneeded: specsOf(clean.filter(isUnneeded)) }),
    },
  };
}

/** What was observed, or not observed, of a package and speaks against running its scripts. */
function actionsOf(rows: readonly Row[], { findings, observations, actors }: SeenOfRun): ReadonlyMap<string, string> {
  const involved = involvedIn(findings, observations, actors);
  const reasons = new Map<string, string>();
  for (const row of rows) {
    const reason = ownAction(row) ?? involved.get(specOf(row));
    if (reason !== undefined) reasons.set(specOf(row), reason);
  }
  return reasons;
}

function ownAction({ ran, failed, findings }: Row): string | undefined {
  if (findings > 0) return 'it has findings';
  if (!ran) return 'its scripts were not seen to run';
  return failed === true ? 'one of its scripts ended with an error' : undefined;
}

function unfitOrigins({ packages }: Actors, brought: ReadonlySet<string>): ReadonlyMap<string, string> {
  const archives = archivesIn(brought);
  const reasons = new Map<string, string>();
  for (const pkg of packages.all) {
    const reason = notFromRegistry(pkg, packages, archives);
    if (reason !== undefined) reasons.set(specOf(pkg), reason);
  }
  return reasons;
}

function specsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.map(specOf))];
}
