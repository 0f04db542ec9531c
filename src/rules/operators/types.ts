import type { FieldValue } from '../fields/fields.js';

/** Whether a value satisfies a comparison. */
export type Predicate = (value: FieldValue) => boolean;

/** Whether the values of two fields satisfy a comparison. */
export type PairTest = (left: FieldValue, right: FieldValue) => boolean;
