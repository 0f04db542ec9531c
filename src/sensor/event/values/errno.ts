import { constants } from 'node:os';

const NAMES = new Map(Object.entries(constants.errno).map(([name, code]) => [code, name]));
// For error codes with two names on Linux, use the one that Falco prints.
NAMES.set(constants.errno.EAGAIN, 'EAGAIN');
NAMES.set(constants.errno.EOPNOTSUPP, 'EOPNOTSUPP');

/** The largest errno (MAX_ERRNO in the kernel's include/linux/err.h). */
const MAX_ERRNO = 4095;

/** Whether a call's return value is an error. */
export function isError(ret: number): boolean {
  return ret < 0 && ret >= -MAX_ERRNO;
}

/** `evt.res`: the name of the error of a failed call, otherwise `SUCCESS`. */
export function resultName(ret: number): string {
  return isError(ret) ? (NAMES.get(-ret) ?? String(-ret)) : 'SUCCESS';
}
