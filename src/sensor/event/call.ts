import type { ProcessRecord } from '../probe/record.js';
import type { Process } from '../process/process.js';
import type { EventDetails } from './details.js';
import { resolvePath } from './values/path.js';

/** How the paths of a call are interpreted: as the caller wrote them, or as the kernel resolved them. */
export interface PathReading {
  /**
   * The absolute path for a path argument. `base` is the folder that a relative path starts from, or the file behind the descriptor that
   * the path starts with (`/proc/self/fd/7`); undefined if unknown. `follow`: the call follows a symbolic link in the last position.
   */
  resolve(base: string | undefined, text: string, follow: boolean): string;
  /** The path of the file that an open succeeded for; undefined: use the caller's text. */
  opened(record: ProcessRecord): string | undefined;
  /** The target of a new symbolic link at `path`. */
  target(path: string, text: string): string;
  /** Whether at least one path differs from the caller's text. */
  readonly differs: boolean;
}

/** The input from which an event's details are built. */
export interface Call {
  readonly record: ProcessRecord;
  readonly process: Process;
  readonly reading: PathReading;
}

/** Builds the details for events of one type. */
export type Build = (call: Call) => EventDetails;

/** The caller's text, as in Falco: `.` and `..` are resolved, symbolic links are not. */
export const AS_WRITTEN: PathReading = {
  resolve: resolvePath,
  opened: () => undefined,
  target: (_path, text) => text,
  differs: false,
};
