/** A comparison that can't be compiled; its caller knows the place. */
export class OperandError extends Error {
  override readonly name = 'OperandError';

  constructor(
    message: string,
    /** The mistake is a field or event type that does not exist. */
    readonly unknownName = false,
  ) {
    super(message);
  }
}
