import { type Alert, alertTimeNs } from '../../falco/alert.js';
import type { FoldedAlert } from '../../falco/fold.js';
import type { Written } from '../attribution/actor.js';
import { type Actors, type Attribution, attribute } from '../attribution/attribution.js';
import type { HookReads } from '../attribution/files/hook-reads.js';
import type { PackageCodeReads } from '../attribution/files/package-code-reads.js';
import type { PackageIndex } from '../attribution/files/package-index.js';
import { isOfImage } from '../attribution/processes/image-files.js';
import { decoyOf, type PlantedDecoy } from '../evidence/decoys.js';
import { SECRET_FIELD } from '../evidence/found-secrets.js';
import type { LoadMarks } from '../evidence/load-groups.js';
import type { Finding, LegacyAlert, PackageRef } from '../finding.js';
import { type PhaseStart, phaseAt } from '../phase-start.js';
import { specOf } from '../spec.js';
import { CREDENTIALS, type LoweringContext, loweredBecause } from './lowering/lowered.js';
import { isOfProcessList, PROCESS_LIST } from './lowering/process-list.js';
import { loadedBy } from './repeats.js';

/** An alert in the format of Package Hunter's clients, the decoded gRPC message: `source` is the name of the enum value, in capitals. */
function toLegacyAlert(alert: Alert): LegacyAlert {
  return {
    output: alert.output,
    time: { ...alert.time },
    source: alert.source.toUpperCase(),
    hostname: alert.hostname,
    output_fields: { ...alert.fields },
    priority: alert.priority,
    rule: alert.rule,
    tags: [...alert.tags],
  };
}

/** `ns`: nanoseconds since the epoch. */
export function isoTime(ns: bigint): string {
  return new Date(Number(ns / 1_000_000n)).toISOString();
}

/** The context that turns alerts into findings: which processes ran, which packages are installed, when the phases began. */
export interface FindingContext extends Actors, Written {
  readonly phases: readonly PhaseStart[];
  readonly marks: LoadMarks;
  readonly decoys: readonly PlantedDecoy[];
  readonly codeReads: PackageCodeReads;
  /** The name of the package manager that installed the project; null if none did. */
  readonly manager: string | null;
  readonly hookReads: HookReads;
}

/**
 * The finding or observation for one alert. Undefined for alerts that are left out: those of the container engine while it sets
 * up a container or a step, and those of steps in which no code of the project or of a package runs.
 */
export function toFinding(observed: FoldedAlert, context: FindingContext): Finding | undefined {
  const { packages, phases, decoys } = context;
  const { alert, count, first, last } = observed;
  const attribution = attribute(alert, context, context);
  if (alert.source === 'syscall' && isWorkers(alert, attribution)) return undefined;
  // The shell that the worker starts for a script was not chosen by the package.
  if (attribution.depth === 1 && alert.tags.includes(STARTED_BY_PROGRAM)) return undefined;
  const { by, orBy, owner, package: pkg, processes } = attribution;
  const isListing = alert.tags.includes(CREDENTIALS) && isOfProcessList(alert, attribution.programs[0]);
  const lowered = isListing ? PROCESS_LIST : loweredBecause(alert, attribution, loweringContext(context, last));
  return {
    rule: alert.rule,
    priority: lowered === undefined ? alert.priority : 'NOTICE',
    // `ps` did not show the environments that it opened, so no credentials were read.
    tags: alert.tags.filter((tag) => !isListing || tag !== CREDENTIALS),
    count,
    first: isoTime(first),
    last: isoTime(last),
    phase: phaseAt(alertTimeNs(alert), phases),
    package: pkg ?? onlyMember(attribution, packages),
    decoy: alert.fields['egress.decoy'] ?? alert.fields[SECRET_FIELD] ?? decoyOf(alert, decoys),
    ...(owner === undefined || owner === by ? {} : { ranBy: packages.ref(owner) }),
    ...(orBy.length === 0 ? {} : { orBy: orBy.map((other) => packages.ref(other)) }),
    ...amongPart(alert, attribution, context),
    ...(attribution.step?.guise === undefined ? {} : { guise: attribution.step.guise }),
    processes,
    ...(lowered === undefined ? {} : { known: lowered }),
    alert: toLegacyAlert(alert),
  };
}

function loweringContext(context: FindingContext, last: bigint): LoweringContext {
  const { packages, codeReads } = context;
  const isPackage = (folder: string): boolean => packages.owning(folder) !== packages.root;
  return {
    ...context,
    last,
    hasForeignCode: (programs, alert) => {
      const pids = new Set([...programs.map(({ pid }) => pid), Number(alert.fields['proc.pid'])]);
      return codeReads.hasOpened(pids, alertTimeNs(alert), isPackage);
    },
  };
}

/** How many packages are named if one of many caused a finding. */
const MAX_AMONG = 20;

/** A process of the kind that loads many packages may have been given only one to load; then the package is known. */
function onlyMember({ group, owner }: Attribution, packages: PackageIndex): PackageRef | null {
  const [only, ...others] = owner === undefined ? (group?.members ?? []) : [];
  const pkg = only === undefined || others.length > 0 ? undefined : packages.owning(only);
  return pkg === undefined ? null : packages.ref(pkg);
}

function amongPart(alert: Alert, { group }: Attribution, { packages, marks }: FindingContext): Pick<Finding, 'among'> {
  if (group === undefined || group.members.length === 1) return {};
  const loaded = loadedBy(group, alertTimeNs(alert), marks).flatMap((folder) => packages.owning(folder) ?? []);
  return { among: loaded.slice(0, MAX_AMONG).map(specOf) };
}

/** Tag of rules about programs that a script's program starts; they do not apply to the script's own shell. */
const STARTED_BY_PROGRAM = 'started_by_program';

/** The container engine's helper under the name that the kernel shows: a file of the host, which no path inside the container leads to. */
const ENGINE_HELPER = /^(?:runc|crun|memfd:runc_cloned.*|\/proc\/self\/exe|\/usr\/s?bin\/(?:runc|crun))$/;

/**
 * Whether the container engine or the worker caused an alert. The engine's helper runs under the container's id before the first
 * program of a step, and has no ancestor in the container. Every process that a package starts has one, whatever name it gives
 * itself. In a step in which no package's code runs, all programs belong to the image; any other program is reported.
 */
function isWorkers({ fields }: Alert, { step, programs }: Attribution): boolean {
  if (step === undefined) return programs.length === 0 && ENGINE_HELPER.test(fields['proc.exepath'] ?? '');
  if (step.kind !== 'own' && step.kind !== 'fetch' && step.kind !== 'canary') return false;
  return programs.every(({ exepath }) => isOfImage(exepath));
}
