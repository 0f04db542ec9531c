import type { Container } from '../container/registry.js';
import { PART } from '../probe/layout.js';
import type { ProcessRecord } from '../probe/record.js';
import type { Process } from '../process/process.js';
import { AS_WRITTEN, type Build, type PathReading } from './call.js';
import { FILE_EVENTS } from './calls/file-events.js';
import { OPEN_EVENTS } from './calls/open-events.js';
import { PROCESS_EVENTS } from './calls/process-events.js';
import { SOCKET_EVENTS } from './calls/socket-events.js';
import type { EventDetails } from './details.js';
import { KernelReading } from './kernel-reading.js';
import { SYSCALLS } from './syscalls.js';
import { isError } from './values/errno.js';

const BUILDERS: ReadonlyMap<string, Build> = new Map(
  Object.entries({ ...FILE_EVENTS, ...OPEN_EVENTS, ...PROCESS_EVENTS, ...SOCKET_EVENTS }),
);
const NOTHING: EventDetails = { args: [] };
/** The types of events that contain paths. */
const TYPES_WITH_PATHS: ReadonlySet<string> = new Set([
  ...Object.keys(FILE_EVENTS),
  ...Object.keys(OPEN_EVENTS),
  ...['execve', 'execveat'],
]);

/** One event, from which the fields in rules are extracted. Valid until the next record is handled. */
export class SensorEvent {
  #details: EventDetails | undefined;

  constructor(
    /** Counts from 1. */
    readonly num: number,
    readonly type: string,
    readonly record: ProcessRecord,
    readonly process: Process,
    readonly container: Container,
    readonly reading: PathReading = AS_WRITTEN,
  ) {}

  /** Everything the event contains apart from the process; built on first access. */
  get details(): EventDetails {
    this.#details ??= BUILDERS.get(this.type)?.(this) ?? NOTHING;
    return this.#details;
  }

  /**
   * The same event with its paths resolved through symbolic links, descriptors, and `..` after a link. Undefined if it contains no path, or
   * if the opened file has the caller's name.
   */
  asResolvedByKernel(): SensorEvent | undefined {
    const { num, type, record, process, container } = this;
    const isOpened = type in OPEN_EVENTS && !isError(record.ret);
    if (isOpened ? record.part(PART.fdPath) === undefined : !TYPES_WITH_PATHS.has(type)) return undefined;
    const reading = new KernelReading(record, process, container.links);
    return new SensorEvent(num, type, record, process, container, reading);
  }

  /** Whether at least one of its paths differs from what the caller wrote. */
  get differs(): boolean {
    return this.details !== NOTHING && this.reading.differs;
  }
}

/** Falco's name for the type of the event; undefined for records that are not events. */
export function eventType(record: ProcessRecord): string | undefined {
  return record.kind === 'exit' ? 'procexit' : SYSCALLS.get(record.nr);
}
