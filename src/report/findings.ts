import { type Alert, alertTimeNs } from '../falco/alert.js';
import type { FoldedAlert } from '../falco/fold.js';
import { attribute } from './attribution.js';
import { decoyOf, type PlantedDecoy } from './decoys.js';
import type { PackageIndex } from './package-index.js';
import type { ProcessTree } from './process-tree.js';
import { type AuthoredWrite, writerOf } from './project-writes.js';
import type { Finding, LegacyAlert } from './report.js';

/** When a phase began, in milliseconds since the epoch; in order. Before `check` comes a second `prepare`: the project is unpacked anew. */
export interface PhaseStart {
  readonly name: Finding['phase'];
  readonly at: number;
}

/** The decoded gRPC message as Package Hunter's clients know it: `source` is the upper-case enum name. */
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

/** The phase that had begun last when something happened. The kernel's and the worker's clock are the same one. */
export function phaseAt(ns: bigint, starts: readonly PhaseStart[]): Finding['phase'] {
  const ms = Number(ns / 1_000_000n);
  return starts.findLast((start) => start.at <= ms)?.name ?? 'prepare';
}

/** When the tree that stood at a time was unpacked: what was written before is gone. In ns since the epoch. */
function unpackedAt(ns: bigint, starts: readonly PhaseStart[]): bigint {
  const ms = Number(ns / 1_000_000n);
  const prepared = starts.findLast(({ name, at }) => name === 'prepare' && at <= ms);
  return BigInt(prepared?.at ?? 0) * 1_000_000n;
}

/** What alerts are read with: who ran, what is installed, when the phases began. */
export interface FindingContext {
  readonly tree: ProcessTree;
  readonly packages: PackageIndex;
  readonly phases: readonly PhaseStart[];
  readonly decoys: readonly PlantedDecoy[];
  readonly foreignWrites: readonly AuthoredWrite[];
}

/** What one observed alert becomes in the report. */
export function toFinding(observed: FoldedAlert, context: FindingContext): Finding {
  const { tree, packages, phases, decoys, foreignWrites } = context;
  const { alert, count, first, last } = observed;
  const { package: pkg, programs, processes } = attribute(alert, tree, packages);
  const wrote = writerOf(programs, foreignWrites, unpackedAt(alertTimeNs(alert), phases));
  return {
    rule: alert.rule,
    priority: alert.priority,
    tags: [...alert.tags],
    count,
    first: isoTime(first),
    last: isoTime(last),
    phase: phaseAt(alertTimeNs(alert), phases),
    package: pkg,
    decoy: alert.fields['egress.decoy'] ?? decoyOf(alert, decoys),
    ...(wrote === undefined ? {} : { wroteBy: packages.ref(wrote.writer) }),
    processes,
    alert: toLegacyAlert(alert),
  };
}
