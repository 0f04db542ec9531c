import type { Container } from '../container/registry.js';
import { PART } from '../probe/layout.js';
import type { ProcessRecord } from '../probe/record.js';
import type { Process } from '../process/process.js';
import { AS_WRITTEN, type Build, type PathReading } from './call.js';
import type { EventDetails } from './details.js';
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
   * Undefined where they are the caller's.
   */
  asKernelSaw(): SensorEvent | undefined {
    const { num, type, record, process, container } = this;
    if (record.part(PART.fdPath) === undefined || !(type in OPEN_EVENTS)) return undefined;
    const reading = new KernelReading(record);
    const seen = new SensorEvent(num, type, record, process, container, reading);
    // Working out its details is what asks for its paths.
    return seen.details !== NOTHING && reading.differs ? seen : undefined;
  }
}

/** Falco's name of the event a record stands for; undefined for none that rules can see. */
export function eventType(record: ProcessRecord): string | undefined {
  return record.kind === 'exit' ? 'procexit' : SYSCALLS.get(record.nr);
}
