import { z } from 'zod';
import type { Finding } from '../finding.js';
import type { Report } from '../report.js';
import { cut } from '../text/plain.js';
import { kindOfPath, placeKindsOf } from './place-kind.js';

/**
 * What a behaviour is based on: a rule that matched, an install script, a host that was asked, a program that was started, files
 * written to the project.
 */
export const BEHAVIOUR_KINDS = ['rule', 'script', 'host', 'program', 'files'] as const;

/** Something that a package does. All four members together are its identity, which is the same in every run and for every version. */
export const behaviourSchema = z.object({
  kind: z.enum(BEHAVIOUR_KINDS),
  /** The name of the rule, script, host or program; for `files` always `the project`. */
  what: z.string(),
  /** The kind of place that was touched; empty if there is none. */
  where: z.string(),
  /** Empty if the phase is not known. */
  phase: z.string(),
});
export type Behaviour = Readonly<z.infer<typeof behaviourSchema>>;

/** A behaviour and the package that shows it; `name` is null if no package is known. */
export interface Doing {
  readonly name: string | null;
  readonly version: string | null;
  readonly behaviour: Behaviour;
}

const MAX_WORDS = 200;

/** Programs that start every script and every load; what these run is known from the script itself or from rules. */
const RUNNERS: ReadonlySet<string> = new Set(['confine', 'sh', 'node', 'ruby']);

/** A string that identifies a behaviour. */
export function keyOf({ kind, what, where, phase }: Behaviour): string {
  return JSON.stringify([kind, what, where, phase]);
}

/** The behaviours of a package that a finding or an observation shows: one for each kind of place. */
export function behavioursOf(finding: Finding): readonly Behaviour[] {
  const what = cut(finding.rule, MAX_WORDS);
  const phase = phaseKind(finding.phase);
  return placeKindsOf(finding).map((where) => ({ kind: 'rule', what, where, phase }));
}

/** The check phase loads packages to find out which scripts are needed, so they behave as in the import phase. */
function phaseKind(phase: string): string {
  return phase === 'check' ? 'import' : phase;
}

/** All behaviours of packages that a report shows, in no particular order and with duplicates. */
export function doingsOf(report: Report): readonly Doing[] {
  return [
    ...[...report.findings, ...report.observations].flatMap((finding) => {
      const { name = null, version = null } = finding.package ?? {};
      return behavioursOf(finding).map((behaviour) => ({ name, version, behaviour }));
    }),
    ...scriptDoings(report),
    ...hostDoings(report),
    ...programDoings(report),
  ];
}

function scriptDoings({ packages }: Report): readonly Doing[] {
  return packages.flatMap(({ name, version, scripts, wrote = 0 }) => {
    const has = scripts.map((script): Behaviour => plainly('script', script, ''));
    const files = wrote > 0 ? [plainly('files', 'the project', '')] : [];
    return [...has, ...files].map((behaviour) => ({ name, version, behaviour }));
  });
}

function hostDoings({ egress }: Report): readonly Doing[] {
  return egress.flatMap(({ host, package: by }) => {
    if (by === null) return [];
    return [{ name: by.name, version: by.version, behaviour: plainly('host', host, '') }];
  });
}

function programDoings({ processes, phases }: Report): readonly Doing[] {
  return (processes?.rows ?? []).flatMap(({ package: spec, cmdline, at }) => {
    const program = programOf(cmdline);
    const split = spec?.lastIndexOf('@') ?? -1;
    if (spec === null || split < 1 || program === '' || RUNNERS.has(program)) return [];
    const phase = phases.findLast(({ startedAt }) => startedAt !== undefined && startedAt <= at)?.name ?? '';
    const behaviour = plainly('program', program, phaseKind(phase));
    return [{ name: spec.slice(0, split), version: spec.slice(split + 1), behaviour }];
  });
}

/** The name of a program without its folder. In folders for temporary files even the name may be random, so there the folder is used. */
function programOf(cmdline: string): string {
  const [file = ''] = cmdline.split(' ');
  if (/^\/(?:tmp|dev|run|proc)\//.test(file)) return kindOfPath(file);
  return file.split('/').at(-1) ?? '';
}

function plainly(kind: Behaviour['kind'], what: string, phase: string): Behaviour {
  return { kind, what: cut(what, MAX_WORDS), where: '', phase };
}
