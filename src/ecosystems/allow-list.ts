import type { Origin } from './installed-package.js';

/** A package whose scripts a reviewer allows or refuses, as it was delivered. */
export interface DecidedPackage {
  readonly name: string;
  readonly version: string;
  readonly from: Origin;
}

/** What a report says about scripts. One name may be allowed in a version and refused in another. */
export interface ScriptDecision {
  readonly allowed: readonly DecidedPackage[];
  readonly refused: readonly DecidedPackage[];
  /** Others with scripts, which no entry for an allowed one may let run. */
  readonly undecided: readonly DecidedPackage[];
}

/** A file of the project's root, and what belongs into it, in its own syntax. */
export interface AllowListFile {
  readonly file: string;
  readonly text: string;
}

/** A decision as a manager's project writes it down. */
export interface WrittenAllowList extends AllowListFile {
  /** What another file must hold for it to have its effect, and why. */
  readonly beside?: AllowListFile & { readonly why: string };
  /** What the form can't say of this decision, a sentence each. */
  readonly notes: readonly string[];
}

/** A form in which a project says which dependency scripts may run. */
export interface AllowListForm {
  /** As `packwarden allow-scripts --for` takes it, e.g. `pnpm10`. */
  readonly name: string;
  /** The setting that holds it, e.g. `allowBuilds`. */
  readonly setting: string;
  /** The versions that read it, in words. */
  readonly readBy: string;
  write(decision: ScriptDecision): WrittenAllowList;
}

/** `name@version` of several packages, for a note. */
export function named(packages: readonly DecidedPackage[]): string {
  return packages.map(({ name, version }) => `${name}@${version}`).join(', ');
}

/** A value in the syntax of `package.json`. */
export function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Where a package came from as a key of a list: a path of the project is written as `file:`, everything else has a scheme. */
export function addressOf({ resolved }: Origin): string | undefined {
  if (resolved === null) return undefined;
  return /^[\w+.-]+:/.test(resolved) ? resolved : `file:${resolved}`;
}

/** What of a decision a list can say, and a sentence for each package that it can't say anything of. */
export interface Decidable extends Omit<ScriptDecision, 'undecided'> {
  readonly notes: readonly string[];
}

/**
 * Splits off what no list decides: the scripts of a workspace are the project's own, and those of a package that another one
 * bundles never run. `byAddress`: the list names what is not of the registry by its address, so it needs to have one.
 */
export function decidable({ allowed, refused }: ScriptDecision, byAddress: boolean): Decidable {
  const reasons = [...allowed, ...refused].flatMap((pkg) => {
    const reason = undecidable(pkg, byAddress);
    return reason === undefined ? [] : [`${pkg.name}@${pkg.version} ${reason}`];
  });
  const listed = (pkg: DecidedPackage): boolean => undecidable(pkg, byAddress) === undefined;
  return { allowed: allowed.filter(listed), refused: refused.filter(listed), notes: [...new Set(reasons)] };
}

function undecidable({ from: { kind, resolved } }: DecidedPackage, byAddress: boolean): string | undefined {
  if (kind === 'registry') return undefined;
  if (kind === 'workspace' || kind === 'project')
    return 'is a part of the project: its scripts run without being listed';
  if (kind === 'bundled') return 'is bundled in another package: its scripts never run, and no list can allow them';
  if (byAddress && resolved === null) return "is not of the registry and has no known address: it can't be listed";
  return undefined;
}
