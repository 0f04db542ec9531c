import type { ProcessRecord } from '../probe/record.js';
import type { Process } from '../process/process.js';
import type { EventDetails } from './details.js';
import { resolvePath } from './path.js';

/** How the paths of a call are read: as its caller wrote them, or as the kernel followed them. */
export interface PathReading {
  /**
   * The absolute path that a text stands for. `base` is the folder that a relative one starts from, or what the
   * descriptor is that it begins with (`/proc/self/fd/7`); undefined when it is not known. `follow` tells whether the call follows a symbolic link in the last place.
   */
  resolve(base: string | undefined, text: string, follow: boolean): string;
  /** The path of the file that a successful open led to; undefined: read it from the caller's text. */
  opened(record: ProcessRecord): string | undefined;
  /** What a new symbolic link at `path` points to. */
  target(path: string, text: string): string;
  /** One of the paths is another than the caller's. */
  readonly differs: boolean;
}

/** What a recorded call's details are worked out from. */
export interface Call {
  readonly record: ProcessRecord;
  readonly process: Process;
  readonly reading: PathReading;
}

/** Works out what an event of one type says. */
export type Build = (call: Call) => EventDetails;

/** The caller's words, as Falco has them: `.` and `..` are worked out, symbolic links are not followed. */
export const AS_WRITTEN: PathReading = {
  resolve: resolvePath,
  opened: () => undefined,
  target: (_path, text) => text,
  differs: false,
};
