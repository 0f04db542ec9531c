/**
 * Why the sensor can't start, or can't go on: `probe-missing` the executable is not there, `probe-failed` it ended or
 * never became ready, `records` it sent something that is no record, `rules` a rule file can't be used, `socket` the
 * unix socket can't be served.
 */
export type SensorErrorCode = 'probe-missing' | 'probe-failed' | 'records' | 'rules' | 'socket';

/** The sensor is not watching. */
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
