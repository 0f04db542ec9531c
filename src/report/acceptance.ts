import semver from 'semver';
import type { Finding } from './report.js';
import { subjectOf } from './subject.js';

/** How long an acceptance counts that nobody has set a date for. */
const DAYS = 90;

/**
 * An entry of the baseline (`baseline.ts`) that accepts exactly this finding. Its reason is empty, and a baseline with an
 * empty reason is refused: whoever accepts says why. Null where no package with a version is known.
 * `now`: milliseconds since the epoch.
 */
export function acceptanceOf(finding: Finding, now: number): string | null {
  const by = finding.package;
  if (by === null || semver.valid(by.version) === null) return null;
  const detail = subjectOf(finding);
  return [
    'accept:',
    `  - rule: ${quoted(finding.rule)}`,
    `    package: ${quoted(by.name)}`,
    `    version: ${quoted(by.version)}`,
    ...(detail === '' ? [] : [`    detail: ${quoted(detail)}`]),
    '    reason: ""',
    `    expires: ${new Date(now + DAYS * 86_400_000).toISOString().slice(0, 10)}`,
    '',
  ].join('\n');
}

/** A double-quoted YAML scalar in ASCII: JSON strings are such. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
