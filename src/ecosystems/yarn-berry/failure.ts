import { unreadableLock, withoutFrames } from '../failure.js';
import type { FoundProject } from '../project.js';

const REPORTED = /^➤ (YN\d{4}): [│┌└·]?\s*(.*)$/;
/**
 * Codes that are not errors: steps, peers, build scripts, fetched or added packages, deprecations, platforms, tips.
 * https://yarnpkg.com/advanced/error-codes
 */
const HARMLESS = /^YN00(?:0[02-8]|13|19|32|6[0-3589]|7[67]|8[5-9])$/;
/** Printed for every failed request. */
const NOISE = /^(?:Request Method|Completed)\b/;
/** For all other texts that it can't parse, yarn names the file. */
const OF_LOCK = /^(?:Internal Error: |YAMLException: |SyntaxError: )(?!.*\(when parsing )(.*)$/;

/** See `PackageManager.failure`. */
export function failure(lines: readonly string[], { heads }: FoundProject): string | undefined {
  const [first, ...more] = withoutFrames(lines).flatMap(reported);
  if (first !== undefined) return [first, ...more].join('; ');
  const thrown = withoutFrames(lines).find((line) => /^(?:[A-Z]\w*)?(?: ?Error|Exception)\b.*: /.test(line));
  const [, why] = OF_LOCK.exec(thrown ?? '') ?? [];
  const isOfLock = why !== undefined && (/lockfile/.test(why) || !thrown?.startsWith('Internal'));
  return isOfLock && heads['yarn.lock'] !== undefined ? unreadableLock('yarn.lock', heads['yarn.lock'], why) : thrown;
}

/** The error that a line reports, the first one with its code. */
function reported(line: string): readonly string[] {
  const [, code = '', text = ''] = REPORTED.exec(line) ?? [];
  if (code === '' || HARMLESS.test(code) || text === '' || NOISE.test(text)) return [];
  return [/^Response|^Request/.test(text) ? text : `${code}: ${text}`];
}
