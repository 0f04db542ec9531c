import type { Origin } from './installed-package.js';

/** A package whose scripts a reviewer allows or refuses, with where it came from. */
export interface DecidedPackage {
  readonly name: string;
  readonly version: string;
  readonly from: Origin;
}

/** A report's decisions about scripts. The same name may be allowed in one version and refused in another. */
export interface ScriptDecision {
  readonly allowed: readonly DecidedPackage[];
  readonly refused: readonly DecidedPackage[];
  /** Other packages with scripts; an entry for an allowed package must not let these run. */
  readonly undecided: readonly DecidedPackage[];
}

/** A file in the project's root, and the text to add to it, in the file's syntax. */
export interface AllowListFile {
  readonly file: string;
  readonly text: string;
}

/** A decision in the form in which a manager's project stores it. */
export interface WrittenAllowList extends AllowListFile {
  /** What another file must contain for the list to take effect, and why. */
  readonly beside?: AllowListFile & { readonly why: string };
  /** What this form can't express about the decision, one sentence each. */
  readonly notes: readonly string[];
}

/** A form in which a project lists the dependencies whose scripts may run. */
export interface AllowListForm {
  /** The value for `packwarden allow-scripts --for`, e.g. `pnpm10`. */
  readonly name: string;
  /** The setting that contains the list, e.g. `allowBuilds`. */
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

/** A package's origin as the key of a list: a path of the project is written as `file:`, everything else has a scheme. */
export function addressOf({ resolved }: Origin): string | undefined {
  if (resolved === null) return undefined;
  return /^[\w+.-]+:/.test(resolved) ? resolved : `file:${resolved}`;
}

/** The part of a decision that a list can express, and a sentence for each package that it can't. */
export interface Decidable extends Omit<ScriptDecision, 'undecided'> {
  readonly notes: readonly string[];
}

/**
 * Removes packages that no list affects: the scripts of a workspace are the project's own, and those of bundled packages never run.
 * `byAddress`: the list identifies packages outside the registry by their address, so they need one.
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
  if (byAddress && resolved === null) return "is not from the registry and has no known address: it can't be listed";
  return undefined;
}
