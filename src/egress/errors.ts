/** Why a gateway could not be started. */
export type GatewayErrorCode = 'bad-pattern' | 'weak-secret' | 'listen-failed';

export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly code: GatewayErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Why an attempt was refused; the text is shown to the program in the sandbox. */
export type RefusalCode =
  | 'malformed-target'
  | 'userinfo'
  | 'host-mismatch'
  | 'not-a-host-name'
  | 'policy'
  | 'forbidden-address'
  | 'limit';

/** The policy or a limit refuses an attempt. This is expected: it is recorded and answered with 403. */
export class EgressRefusedError extends Error {
  override readonly name = 'EgressRefusedError';

  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}

/** A permitted attempt failed: the name does not resolve, or the host does not answer. Answered with 502. */
export class EgressFailedError extends Error {
  override readonly name = 'EgressFailedError';

  /** `unproven`: the host answers, but its certificate is not trusted. */
  constructor(
    message: string,
    options?: ErrorOptions,
    readonly code: 'unreachable' | 'unproven' = 'unreachable',
  ) {
    super(message, options);
  }
}
