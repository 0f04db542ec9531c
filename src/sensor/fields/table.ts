import type { FieldValue } from '../../rules/index.js';
import type { SensorEvent } from '../event/event.js';

/** How to get a field's value from an event. */
export interface FieldSource {
  readonly extract: (event: SensorEvent) => FieldValue | undefined;
  /** 0: reads a property; 1: some work; 3: the event's details have to be built. */
  readonly cost: number;
}

/** Creates the source of a field; the argument is the text in brackets. Undefined if the field does not accept this argument. */
export type FieldMaker = (argument: string | undefined) => FieldSource | undefined;

/** A field without an argument. */
export function plain(cost: number, extract: FieldSource['extract']): FieldMaker {
  return () => ({ extract, cost });
}

/** Maps the empty text, which stands for "unknown", to undefined. */
export function known(text: string): string | undefined {
  return text === '' ? undefined : text;
}
