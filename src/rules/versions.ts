/** The version of the rule language supported by this engine, in Falco's numbering: 0.63.0 is the one of Falco 0.45. */
export const ENGINE_VERSION = '0.63.0';

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

/** Parses `x.y.z`, ignoring a pre-release or build suffix; undefined if it is not a version. */
export function parseVersion(text: string): Version | undefined {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[-+][0-9A-Za-z.+-]*)?$/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** Parses a required engine version: a plain number n means 0.n.0. */
export function parseEngineVersion(text: string): Version | undefined {
  return /^\d{1,9}$/.test(text) ? [0, Number(text), 0] : parseVersion(text);
}

/** Whether version `have` satisfies `wanted`: the same major version, and not older. */
export function isCompatible(have: Version, wanted: Version): boolean {
  if (have[0] !== wanted[0]) return false;
  return have[1] !== wanted[1] ? have[1] > wanted[1] : have[2] >= wanted[2];
}
