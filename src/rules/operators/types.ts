import type { FieldValue } from '../fields/fields.js';

/** Whether one present value passes a comparison. */
export type Predicate = (value: FieldValue) => boolean;

/** Whether two present values of two fields pass a comparison. */
export type PairTest = (left: FieldValue, right: FieldValue) => boolean;
