// Values of untrusted JSON and YAML, checked for type and length.

/** Of a name, in characters: npm's own limit. */
export const MAX_NAME_CHARS = 214;
const MAX_VERSION_CHARS = 256;
const MAX_ADDRESS_CHARS = 4000;
const NAME = /^(?:@[^@/\s]+\/)?[^@/\s]+$/;

/** @param {unknown} value @returns {value is Readonly<Record<string, unknown>>} */
export function isRecord(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** @param {unknown} value @returns {Readonly<Record<string, unknown>>} */
export function recordOf(value) {
  return isRecord(value) ? value : {};
}

/** @param {unknown} value */
export function textOf(value) {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * The own property of an object, whatever its name.
 * @param {Readonly<Record<string, unknown>>} record @param {string} key
 */
export function own(record, key) {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** @param {unknown} value @returns {readonly string[]} */
export function textsOf(value) {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/**
 * Whether it can be the name of a package in a node_modules folder.
 * @param {string} name
 */
export function isName(name) {
  return name.length <= MAX_NAME_CHARS && NAME.test(name) && !name.startsWith('.') && name !== '__proto__';
}

/**
 * The names in a section of a manifest, e.g. `dependencies`.
 * @param {unknown} section
 */
export function namesOf(section) {
  return Object.keys(recordOf(section)).filter(isName);
}

/**
 * A name as a line may hold it.
 * @param {unknown} value @param {string} fallback
 */
export function nameOf(value, fallback) {
  return (textOf(value) ?? fallback).slice(0, MAX_NAME_CHARS);
}

/** @param {unknown} value @returns {string | null} */
export function versionOf(value) {
  return textOf(value)?.slice(0, MAX_VERSION_CHARS) ?? null;
}

/**
 * Whether two ways to write a version mean the same: npm takes `v1.0.0` and `=1.0.0` for `1.0.0`, and leaves `+build` out.
 * @param {string | null | undefined} a @param {string | null | undefined} b
 */
export function isSameVersion(a, b) {
  return plainVersion(a) === plainVersion(b);
}

/** @param {string | null | undefined} version */
function plainVersion(version) {
  return version
    ?.trim()
    .replace(/^[v=\s]+/, '')
    .replace(/\+.*$/, '');
}

/**
 * An address or a hash; null where it is none, or longer than one that could be used.
 * @param {unknown} value @returns {string | null}
 */
export function addressOf(value) {
  const text = textOf(value);
  return text === undefined || text.length > MAX_ADDRESS_CHARS ? null : text;
}
