import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Report } from '../report.js';
import { type Behaviour, behaviourSchema, type Doing, doingsOf, keyOf } from './behaviour.js';

/** The version of the format; summaries of another version are not read. */
const SCHEMA = 1;

/** Limits for one report; the largest projects have some thousand packages. */
const MAX = { packages: 20_000, behaviours: 20_000 } as const;

/** The first run of the project in which a package showed a behaviour. */
const sinceSchema = z.object({ job: z.string(), at: z.iso.datetime(), version: z.string().nullable() });
export type Since = Readonly<z.infer<typeof sinceSchema>>;

const kept = z.object({
  /** Null if no package is known. */
  name: z.string().nullable(),
  version: z.string().nullable(),
  behaviour: behaviourSchema,
  since: sinceSchema,
});

/** The part of a report that later reports of the same project are compared with. */
export const summarySchema = z.object({
  schema: z.literal(SCHEMA),
  job: z.string(),
  submittedAt: z.iso.datetime(),
  /** The commit that ran; null if it is not known. */
  commit: z.string().nullable(),
  /** The project's name in its manifest; null if the report does not contain it. */
  manifest: z.string().nullable(),
  manager: z.string().nullable(),
  egressMode: z.string().nullable(),
  /** Packwarden's version, its rules and its sensor: reports with different ones can't be compared. */
  judgedBy: z.string(),
  /** Whether the verdict was not `incomplete`. */
  complete: z.boolean(),
  /** The installed packages; each version has a short digest of its content. Null if some may be missing because the fetch failed. */
  packages: z
    .array(z.object({ name: z.string(), versions: z.array(z.object({ version: z.string(), digest: z.string() })) }))
    .nullable(),
  behaviours: z.array(kept),
  /** Whether the report lists every program that was started. */
  allPrograms: z.boolean(),
  /** Whether something was left out because of the limits. */
  cut: z.boolean(),
});
export type Summary = Readonly<z.infer<typeof summarySchema>>;
export type KeptBehaviour = Summary['behaviours'][number];

/** Reasons for an incomplete report after which some installed packages may be missing from its list. */
const NOT_FETCHED = new Set([
  'registry-unavailable',
  'fetch-failed',
  'fetch-timeout',
  'unpack-failed',
  'nothing-installed',
  'other-runtime',
]);

/** A pure function of the report; the order of its lists does not matter. `commit`: see `Summary`. */
export function summaryOf(report: Report, commit: string | null = null): Summary {
  const behaviours = distinct(doingsOf(report)).map(
    (doing): KeptBehaviour => ({
      ...doing,
      since: { job: report.id, at: report.submittedAt, version: doing.version },
    }),
  );
  const packages = packagesOf(report);
  const { processes } = report;
  return {
    schema: SCHEMA,
    job: report.id,
    submittedAt: report.submittedAt,
    commit,
    manifest: report.project?.name ?? null,
    manager: report.manager?.name ?? null,
    egressMode: report.egressMode,
    judgedBy: report.judgedBy ?? '',
    complete: report.verdict !== 'incomplete',
    packages: packages?.slice(0, MAX.packages) ?? null,
    behaviours: behaviours.slice(0, MAX.behaviours),
    allPrograms: processes !== undefined && processes.rows.length === processes.total,
    cut: (packages?.length ?? 0) > MAX.packages || behaviours.length > MAX.behaviours,
  };
}

/** One entry for each package name and behaviour, sorted; if several versions show the behaviour, the first version. */
function distinct(doings: readonly Doing[]): readonly Doing[] {
  const byKey = new Map<string, Doing>();
  for (const doing of doings) {
    const key = doingKey(doing);
    const known = byKey.get(key);
    if (known === undefined || (doing.version ?? '') < (known.version ?? '')) byKey.set(key, doing);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, doing]) => doing);
}

/** The identity of a package's behaviour, without the package's version. */
export function doingKey({ name, behaviour }: { readonly name: string | null; readonly behaviour: Behaviour }): string {
  return `${JSON.stringify(name)} ${keyOf(behaviour)}`;
}

function packagesOf(report: Report): NonNullable<Summary['packages']> | null {
  const { installed, incomplete } = report;
  if (installed === undefined || incomplete.some(({ code }) => NOT_FETCHED.has(code))) return null;
  const byName = new Map<string, Map<string, string>>();
  for (const { name, version, integrity } of installed) {
    const versions = byName.get(name) ?? new Map<string, string>();
    const digest = shortDigest(integrity);
    versions.set(`${version} ${digest}`, version);
    byName.set(name, versions);
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, versions]) => ({
      name,
      versions: [...versions]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, version]) => ({
          version,
          digest: key.slice(version.length + 1),
        })),
    }));
}

/** Empty if the content has no recorded hash, e.g. for a folder of the project. */
function shortDigest(integrity: string | null): string {
  return integrity === null ? '' : createHash('sha256').update(integrity).digest('base64url').slice(0, 12);
}

/** The summary with the first run of each behaviour taken from the earlier one, if the behaviour was known there. */
export function carriedOn(summary: Summary, earlier: Summary): Summary {
  const since = new Map(earlier.behaviours.map((kept) => [doingKey(kept), kept.since]));
  return {
    ...summary,
    behaviours: summary.behaviours.map((kept) => ({ ...kept, since: since.get(doingKey(kept)) ?? kept.since })),
  };
}
