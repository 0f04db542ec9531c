/**
 * Why the sensor can't start or can't continue: `probe-missing`: the executable does not exist; `probe-failed`: it exited or never became
 * ready; `records`: its output could not be parsed; `rules`: a rule file is invalid; `socket`: the unix socket can't be served.
 */
export type SensorErrorCode = 'probe-missing' | 'probe-failed' | 'records' | 'rules' | 'socket';

/** The sensor is not running. */
export class SensorError extends Error {
  override readonly name = 'SensorError';

  constructor(
    readonly code: SensorErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
