import type { AllowListForm, DecidedPackage, ScriptDecision, WrittenAllowList } from '../../ecosystems/allow-list.js';
import { MANAGERS } from '../../ecosystems/managers.js';
import { reportedManager } from '../parts/reported-manager.js';
import type { Report } from '../report.js';
import { specOf } from '../spec.js';

/** All formats in which package managers accept the decision. */
export const FORMS: readonly AllowListForm[] = [...new Set(MANAGERS.flatMap(({ allowLists }) => allowLists))];

/** The format for the package manager of a report; undefined if it has none, because it runs every script. */
export function formFor(report: Report): AllowListForm | undefined {
  return reportedManager(report).allowLists[0];
}

/**
 * The text that a reviewer pastes. Only the version that was observed is allowed, while a refusal applies to the name in every
 * version (npm requires this asymmetry: `npm approve-scripts` writes the same). Scripts that are not needed are refused too,
 * unless another version of the same package is allowed.
 */
export function allowScriptsForm(report: Report, form: AllowListForm): WrittenAllowList {
  return form.write(decisionOf(report));
}

function decisionOf(report: Report): ScriptDecision {
  const { recommended, refused, unneeded = [] } = report.allowScripts;
  const deliveries = deliveriesOf(report);
  const allowed = recommended.flatMap(deliveries);
  const names = new Set(allowed.map(({ name }) => name));
  const useless = unneeded.flatMap(deliveries).filter(({ name }) => !names.has(name));
  const decided = new Set([...recommended, ...refused, ...unneeded]);
  const undecided = report.packages.map(specOf).filter((spec) => !decided.has(spec));
  return {
    allowed,
    refused: [...refused.flatMap(deliveries), ...useless],
    undecided: undecided.flatMap(deliveries),
  };
}

/** One sentence per package whose scripts are neither recommended nor refused, saying why not; empty if the run can't be vouched for. */
export function reasonsAgainst({ packages, verdict, allowScripts: { unneeded = [] } }: Report): readonly string[] {
  if (verdict === 'incomplete') return [];
  const reasons = packages.flatMap((row) =>
    row.notRecommended === undefined || row.findings > 0 || unneeded.includes(specOf(row))
      ? []
      : [`${specOf(row)} is not recommended: ${row.notRecommended}`],
  );
  return [...new Set(reasons)];
}

/** All packages that were delivered under a `name@version`. Older reports don't have origins; then the registry is assumed. */
function deliveriesOf({ installed = [] }: Report): (spec: string) => readonly DecidedPackage[] {
  const known = new Map<string, DecidedPackage[]>();
  for (const { name, version, from: kind, resolved, integrity } of installed) {
    const spec = specOf({ name, version });
    const pkg = { name, version, from: { kind, resolved, integrity } };
    known.set(spec, [...(known.get(spec) ?? []), pkg]);
  }
  return (spec) => known.get(spec) ?? [fromRegistry(spec)];
}

/** `@scope/name@1.0.0`: the version comes after the last `@`. */
function fromRegistry(spec: string): DecidedPackage {
  const at = spec.lastIndexOf('@');
  const [name, version] = at > 0 ? [spec.slice(0, at), spec.slice(at + 1)] : [spec, ''];
  return { name, version, from: { kind: 'registry', resolved: null, integrity: null } };
}
