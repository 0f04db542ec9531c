/** The rule language this engine speaks, as Falco numbers it: 0.63.0 is Falco 0.45's. */
export const ENGINE_VERSION = '0.63.0';

/** Major, minor, patch. */
export type Version = readonly [number, number, number];

/** Reads `x.y.z`, with whatever pre-release or build behind it; undefined when it is none. */
export function parseVersion(text: string): Version | undefined {
  const match = /^(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:[-+][0-9A-Za-z.+-]*)?$/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** A required engine version: a plain number n means 0.n.0. */
export function parseEngineVersion(text: string): Version | undefined {
  return /^\d{1,9}$/.test(text) ? [0, Number(text), 0] : parseVersion(text);
}

/** Whether `have` serves for `wanted`: the same major, and not older. */
export function isCompatible(have: Version, wanted: Version): boolean {
  if (have[0] !== wanted[0]) return false;
  return have[1] !== wanted[1] ? have[1] > wanted[1] : have[2] >= wanted[2];
}
