import { z } from 'zod';
import type { Finding } from '../finding.js';
import type { Report } from '../report.js';
import { cut } from '../text/plain.js';
import { kindOfPath, placeKindsOf } from './place-kind.js';

/** What a behaviour is known by: a rule that matched, a host that was asked, a program that was started, an install script, writing to the project. */
export const BEHAVIOUR_KINDS = ['rule', 'script', 'host', 'program', 'files'] as const;

/** Something that a package does. All four together are its identity: the same in every run, and in every version of the package. */
export const behaviourSchema = z.object({
  kind: z.enum(BEHAVIOUR_KINDS),
  /** The rule's name, the host, the program's or the script's. */
  what: z.string(),
  /** The kind of place it was about; empty where there is none. */
  where: z.string(),
  /** Empty where that is not known. */
  phase: z.string(),
});
export type Behaviour = Readonly<z.infer<typeof behaviourSchema>>;

/** A behaviour and whose it is; `name` is null where no package is known. */
export interface Doing {
  readonly name: string | null;
  readonly version: string | null;
  readonly behaviour: Behaviour;
}

const MAX_WORDS = 200;

/** What every script and every load is started with; what they run is told by the script, or by rules. */
const RUNNERS: ReadonlySet<string> = new Set(['confine', 'sh', 'node', 'ruby']);

/** One text for one behaviour. */
export function keyOf({ kind, what, where, phase }: Behaviour): string {
  return JSON.stringify([kind, what, where, phase]);
}

/** What a finding or an observation shows of its package: one behaviour for each kind of place. */
export function behavioursOf(finding: Finding): readonly Behaviour[] {
  const what = cut(finding.rule, MAX_WORDS);
  const phase = phaseKind(finding.phase);
  return placeKindsOf(finding).map((where) => ({ kind: 'rule', what, where, phase }));
}

/** Packages that are loaded to find out which scripts are needed do what they do when they are loaded. */
function phaseKind(phase: string): string {
  return phase === 'check' ? 'import' : phase;
}

/** Everything that a report tells of what packages did, in no order, some of it several times. */
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

/** A program's name without its folder; where that folder is for anything, the name is, too. */
function programOf(cmdline: string): string {
  const [file = ''] = cmdline.split(' ');
  if (/^\/(?:tmp|dev|run|proc)\//.test(file)) return kindOfPath(file);
  return file.split('/').at(-1) ?? '';
}

function plainly(kind: Behaviour['kind'], what: string, phase: string): Behaviour {
  return { kind, what: cut(what, MAX_WORDS), where: '', phase };
}
