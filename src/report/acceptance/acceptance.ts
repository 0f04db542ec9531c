import semver from 'semver';
import type { Finding } from '../finding.js';
import { placesOf } from '../findings/places.js';

/** For how many days a proposed acceptance is valid. */
const DAYS = 90;

/** How many places get an entry of their own at most; a finding with more gets a single entry that accepts it at any place. */
const MAX_DETAILS = 20;

/**
 * Entries for a baseline (`baseline.ts`) that accept exactly this finding, one for each of its places. Their reason is empty, and
 * a baseline with an empty reason is rejected, so whoever accepts the finding must say why. Null if the finding has no package
 * with a valid version. `now`: milliseconds since the epoch.
 */
export function acceptanceOf(finding: Finding, now: number): string | null {
  const by = finding.package;
  if (by === null || semver.valid(by.version) === null) return null;
  const subjects = [...new Set(placesOf(finding).map(({ subject }) => subject))];
  const details = finding.parts !== undefined || subjects.length > MAX_DETAILS ? [''] : subjects;
  const expires = new Date(now + DAYS * 86_400_000).toISOString().slice(0, 10);
  const entries = details.flatMap((detail) => [
    `  - rule: ${quoted(finding.rule)}`,
    `    package: ${quoted(by.name)}`,
    `    version: ${quoted(by.version)}`,
    ...(detail === '' ? [] : [`    detail: ${quoted(detail)}`]),
    '    reason: ""',
    `    expires: ${expires}`,
  ]);
  return ['accept:', ...entries, ''].join('\n');
}

/** A double-quoted YAML scalar in ASCII. YAML accepts JSON strings as such. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
