/** A comparison that can't be compiled; the caller knows its position. */
export class OperandError extends Error {
  override readonly name = 'OperandError';

  constructor(
    message: string,
    /** The error is an unknown field or event type. */
    readonly unknownName = false,
  ) {
    super(message);
  }
}
