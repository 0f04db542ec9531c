import type { Container } from '../container/registry.js';
import { PART } from '../probe/layout.js';
import type { ProcessRecord } from '../probe/record.js';
import type { Process } from '../process/process.js';
import { AS_WRITTEN, type Build, type PathReading } from './call.js';
import type { EventDetails } from './details.js';
import { isError } from './errno.js';
import { FILE_EVENTS } from './file-events.js';
import { KernelReading } from './kernel-reading.js';
import { OPEN_EVENTS } from './open-events.js';
import { PROCESS_EVENTS } from './process-events.js';
import { SOCKET_EVENTS } from './socket-events.js';
import { SYSCALLS } from './syscalls.js';

const BUILDERS: ReadonlyMap<string, Build> = new Map(
  Object.entries({ ...FILE_EVENTS, ...OPEN_EVENTS, ...PROCESS_EVENTS, ...SOCKET_EVENTS }),
);
const NOTHING: EventDetails = { args: [] };
/** The events that have paths. */
const NAMING: ReadonlySet<string> = new Set([
  ...Object.keys(FILE_EVENTS),
  ...Object.keys(OPEN_EVENTS),
  ...['execve', 'execveat'],
]);

/** One event: what the fields of the rules are extracted from. Valid until the next record is handled. */
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

  /** What it says besides who did it; worked out when first asked for. */
  get details(): EventDetails {
    this.#details ??= BUILDERS.get(this.type)?.(this) ?? NOTHING;
    return this.#details;
  }

  /**
   * The same event with the paths that its caller's words led to: by symbolic links, descriptors, `..` behind a link.
   * Undefined where it names none, or what was opened has the caller's name.
   */
  asKernelSaw(): SensorEvent | undefined {
    const { num, type, record, process, container } = this;
    const isOpened = type in OPEN_EVENTS && !isError(record.ret);
    if (isOpened ? record.part(PART.fdPath) === undefined : !NAMING.has(type)) return undefined;
    const reading = new KernelReading(record, process, container.links);
    return new SensorEvent(num, type, record, process, container, reading);
  }

  /** Whether a path of it is another than its caller wrote. */
  get differs(): boolean {
    return this.details !== NOTHING && this.reading.differs;
  }
}

/** Falco's name of the event a record stands for; undefined for none that rules can see. */
export function eventType(record: ProcessRecord): string | undefined {
  return record.kind === 'exit' ? 'procexit' : SYSCALLS.get(record.nr);
}
