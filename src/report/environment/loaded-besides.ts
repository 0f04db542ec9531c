import { isOfImage } from '../attribution/processes/image-files.js';
import { pathSaid, type SaidProgram, saidRun } from '../attribution/processes/program-file.js';
import { plainName } from './values.js';
import { VARIABLES } from './variables.js';

/** Code that a program runs in addition to its own; it may come from any package. */
export interface Besides {
  /**
   * The named files, as given. Empty if only folders or modules are named, so that the file is not known; null if nothing is run, or only
   * code of the image.
   */
  readonly loads: readonly string[] | null;
  /** Variables of this kind in the environment, with their values, whether the program reads them itself or only passes them on. */
  readonly carries: readonly string[];
}

/** Falco's text for a variable that is not set. */
const NOT_SET = '<NA>';
/** Falco and the sensor report the first 4096 bytes of an environment; if it is about that long, the rest is not known. */
const CUT_AT = 3_900;
const REST = 'what follows';

/** The beginning of a variable in Falco's text of an environment, where variables are separated by blanks. */
const BEGINNING = /(?:^| )([A-Za-z_][\w.:%()-]*)=/g;

/**
 * Finds the code that a program's environment and options make it run in addition to its own. Variables are passed on to every program
 * started below it, whichever package that belongs to.
 */
export function besidesOf(fields: Readonly<Record<string, string>>, program: SaidProgram): Besides {
  const asked = saidRun(program)?.loads.map(plainName) ?? [];
  let loads: string[] | null = asked.length > 0 ? [...asked] : null;
  const carries: string[] = [];
  for (const [set, value] of variablesIn(fields)) {
    for (const { name, readBy, option, files, folders } of VARIABLES) {
      if (typeof name === 'string' ? name !== set : !name.test(set)) continue;
      const run = files?.(value, program).filter((word) => !isSystems(word)) ?? [];
      const isLookedIn = folders?.(value, program).some((folder) => !isSystems(pathSaid(program, folder))) ?? false;
      if (run.length === 0 && !isLookedIn) continue;
      carries.push(`${set}=${value}`);
      if (readBy.test(program.exepath) && (option?.test(program.cmdline) ?? true)) loads = [...(loads ?? []), ...run];
    }
  }
  if ((fields['proc.env']?.length ?? 0) < CUT_AT) return { loads, carries };
  return { loads: loads ?? [], carries: [...carries, REST] };
}

/** The values by name, from the fields of single variables and from the text of the whole environment, if an alert contains it. */
function variablesIn(fields: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [field, value] of Object.entries(fields)) {
    const name = /^proc\.env\[(.+)\]$/.exec(field)?.[1];
    if (name !== undefined && value !== NOT_SET && value !== '') found.set(name, value);
  }
  const all = fields['proc.env'] ?? '';
  const beginnings = [...all.matchAll(BEGINNING)];
  for (const [index, { 0: text, 1: name, index: at }] of beginnings.entries()) {
    const value = all.slice(at + text.length, beginnings[index + 1]?.index ?? all.length);
    if (name !== undefined && value !== '' && !found.has(name)) found.set(name, value);
  }
  return found;
}

/** Whether no package can write to a path. */
function isSystems(path: string): boolean {
  return isOfImage(`${path}/`) || /^\/(?:etc|dev|nonexistent)(?:\/|$)/.test(path.replace(/^\/dev\/shm/, '/shm'));
}
