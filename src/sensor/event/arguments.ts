import { PART } from '../probe/layout.js';
import type { Call } from './call.js';
import type { EventArgument } from './details.js';
import { type FdView, fdText } from './fd-view.js';
import { isError, resultName } from './values/errno.js';

const AT_FDCWD = -100;

/** A result that is 0 or an error: `res=0`, `res=-2(ENOENT)`. */
export function result(ret: number, name = 'res'): EventArgument {
  return isError(ret) ? { name, value: String(ret), resolved: resultName(ret) } : { name, value: String(ret) };
}

/** A descriptor: `fd=22(<4t>127.0.0.1:35598->127.0.0.1:9)`, an error: `fd=-2(ENOENT)`. */
export function descriptor(name: string, num: number, view: FdView | undefined): EventArgument {
  if (isError(num)) return result(num, name);
  return view === undefined ? { name, value: String(num) } : { name, value: String(num), resolved: fdText(view) };
}

/** A folder's descriptor: `dirfd=-100(AT_FDCWD)`. */
export function directory(name: string, num: number): EventArgument {
  return num === AT_FDCWD ? { name, value: '-100', resolved: 'AT_FDCWD' } : { name, value: String(num) };
}

/** A plain number. */
export function number(name: string, value: number): EventArgument {
  return { name, value: String(value) };
}

/** A text without any interpretation. */
export function text(name: string, value: string | undefined): EventArgument {
  return { name, value: value ?? '<NA>' };
}

/** Flags with their names: `flags=1(CLONE_VM)`. */
export function flags(name: string, value: number, names: string): EventArgument {
  return names === '' ? number(name, value) : { name, value: String(value), resolved: names };
}

/** A path, with its absolute form if it was relative: `oldpath=rel.txt(/tmp/rel.txt)`. */
export function path(name: string, given: GivenPath): EventArgument {
  if (given.text === undefined) return { name, value: '<NA>' };
  return given.text === given.full ? { name, value: given.full } : { name, value: given.text, resolved: given.full };
}

/** A path argument of a call. `text` is undefined if the kernel could not read it (bad address). */
export interface GivenPath {
  readonly text: string | undefined;
  /** Absolute. */
  readonly full: string;
}

/**
 * The first or second path of a call. The folder of a relative path is also the process' working directory, which is updated here.
 * `follow`: the call follows a symbolic link in the last position.
 */
export function givenPath(call: Call, which: 1 | 2, dirfd: number, follow: boolean): GivenPath {
  const { record, process, reading } = call;
  const given = record.text(which === 1 ? PART.path1 : PART.path2);
  if (given === undefined) return { text: undefined, full: '<NA>' };
  const base = record.path(which === 1 ? PART.base1 : PART.base2);
  if (base !== undefined && dirfd === AT_FDCWD && !given.startsWith('/')) process.cwd = base;
  return { text: given, full: reading.resolve(base, given, follow) };
}

/** Used as folder descriptor by calls that have no such argument. */
export const WORKING_DIRECTORY = AT_FDCWD;
