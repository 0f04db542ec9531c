import type { RecordSpec } from '../records.js';
import { canName, symlink, type TAKING, WAYS } from './naming-calls.js';
import { detections } from './own-rules.js';

export const HOME = '/home/ci';
export const PROJECT = `${HOME}/project`;
const LINK = symlink(HOME, '/tmp/home');

/** Each verb by each way it can name the place with. */
export function variants(
  verbs: typeof TAKING,
  place: string,
): readonly (readonly [name: string, record: RecordSpec])[] {
  return Object.entries(verbs).flatMap(([verb, make]) =>
    Object.entries(WAYS).flatMap(([way, name]) => {
      const named = name(place);
      return canName(verb, named) ? [[`${verb}, ${way}`, make(named)] as const] : [];
    }),
  );
}

/** The detections for a variant, after creating the link that some variants use. */
export function detectionsOf([name, record]: readonly [name: string, record: RecordSpec]): string[] {
  return name.endsWith('by a link to the folder') ? detections(LINK, record) : detections(record);
}

/** The variants that the rule does not report. */
export function silent(rule: string, records: readonly (readonly [name: string, record: RecordSpec])[]): string[] {
  return records.filter((variant) => !detectionsOf(variant).includes(rule)).map(([name]) => name);
}
