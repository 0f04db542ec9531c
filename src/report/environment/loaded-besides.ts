import { isOfImage } from '../attribution/image-files.js';
import { pathSaid, type SaidProgram, saidRun } from '../attribution/program-file.js';
import { plainName } from './values.js';
import { VARIABLES } from './variables.js';

/** What a program runs besides its own code, which may be anybody's. */
export interface Besides {
  /**
   * The files that are named, as words; empty where folders or modules are named and the file can't be told; null where nothing is run,
   * or only what is the image's.
   */
  readonly loads: readonly string[] | null;
  /** The variables of that kind in its environment, with their values, whether it reads them itself or only hands them on. */
  readonly carries: readonly string[];
}

/** Falco's word for a variable that is not set. */
const NOT_SET = '<NA>';
/** Falco and the sensor take the first 4096 bytes of an environment; of one that long nobody knows the rest. */
const CUT_AT = 3_900;
const REST = 'what follows';

/** Where a variable begins in Falco's text of an environment, which has a blank between two. */
const BEGINNING = /(?:^| )([A-Za-z_][\w.:%()-]*)=/g;

/** What a program's environment and its options have it run besides its own code. Variables go on to every program that is started below, whosever it is. */
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

/** By name, from the fields of single variables and from the whole of an environment, where an alert has it. */
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

/** A place that no package can write to. */
function isSystems(path: string): boolean {
  return isOfImage(`${path}/`) || /^\/(?:etc|dev|nonexistent)(?:\/|$)/.test(path.replace(/^\/dev\/shm/, '/shm'));
}
