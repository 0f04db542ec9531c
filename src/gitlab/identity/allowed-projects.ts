import { normalizeInstance } from '../instance.js';
import type { JobContext } from './context.js';

/** Instances on which anyone can have projects. */
const PUBLIC_INSTANCES: ReadonlySet<string> = new Set(['https://gitlab.com']);

/** Checks an operator's list of allowed addresses against the trusted issuers; undefined if it is valid. */
export function problemOfAllowed(allowed: readonly string[], issuers: readonly string[]): string | undefined {
  for (const address of allowed) {
    if (PUBLIC_INSTANCES.has(normalized(address) ?? ''))
      return `anyone can have projects on ${address}: name groups of it`;
    if (!issuers.some((issuer) => isOf(address, issuer))) return `${address} does not belong to any of the issuers`;
  }
  const closed = issuers.find((issuer) => !allowed.some((address) => isOf(address, issuer)));
  return closed === undefined ? undefined : `no project of ${closed} may submit: name projects or groups of it`;
}

/**
 * Whether a job's project is one of those, or in one of the groups or instances, whose addresses are given. GitLab's paths are
 * case-insensitive. A job without a path only matches its instance.
 */
export function isAllowedProject({ instance, projectPath }: JobContext, allowed: readonly string[]): boolean {
  const at = normalized(projectPath === undefined ? instance : `${instance}/${projectPath}`);
  return at !== undefined && allowed.some((address) => isBelow(at, normalized(address) ?? address));
}

/** Whether an address equals an instance's, or is below it. */
function isOf(address: string, issuer: string): boolean {
  const at = normalized(address);
  return at !== undefined && isBelow(at, normalized(issuer) ?? issuer);
}

function isBelow(address: string, top: string): boolean {
  return address === top || address.startsWith(`${top}/`);
}

function normalized(address: string): string | undefined {
  return normalizeInstance(address)?.toLowerCase();
}
