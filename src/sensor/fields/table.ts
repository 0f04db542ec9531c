import type { FieldValue } from '../../rules/index.js';
import type { SensorEvent } from '../event/event.js';

/** How a field's value is got from an event. */
export interface FieldSource {
  readonly extract: (event: SensorEvent) => FieldValue | undefined;
  /** 0: a property; 1: some work; 3: the event's details are worked out. */
  readonly cost: number;
}

/** Makes a field's source; the argument is the text in brackets. Undefined: not with this argument. */
export type FieldMaker = (argument: string | undefined) => FieldSource | undefined;

/** A field without an argument. */
export function plain(cost: number, extract: FieldSource['extract']): FieldMaker {
  return () => ({ extract, cost });
}

/** Empty texts stand for what is not known. */
export function known(text: string): string | undefined {
  return text === '' ? undefined : text;
}
