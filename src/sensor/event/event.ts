import type { Container } from '../container/registry.js';
import type { ProcessRecord } from '../probe/record.js';
import type { Process } from '../process/process.js';
import type { EventDetails } from './details.js';
import { FILE_EVENTS } from './file-events.js';
import { OPEN_EVENTS } from './open-events.js';
import { PROCESS_EVENTS } from './process-events.js';
import { SOCKET_EVENTS } from './socket-events.js';
import { SYSCALLS } from './syscalls.js';

const BUILDERS = new Map(Object.entries({ ...FILE_EVENTS, ...OPEN_EVENTS, ...PROCESS_EVENTS, ...SOCKET_EVENTS }));
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
  ) {}

  /** What it says besides who did it; worked out when first asked for. */
  get details(): EventDetails {
    this.#details ??= BUILDERS.get(this.type)?.(this.record, this.process) ?? NOTHING;
    return this.#details;
  }
}

/** Falco's name of the event a record stands for; undefined for none that rules can see. */
export function eventType(record: ProcessRecord): string | undefined {
  return record.kind === 'exit' ? 'procexit' : SYSCALLS.get(record.nr);
}
