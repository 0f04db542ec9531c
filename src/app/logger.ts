import { type Logger, pino } from 'pino';

/** JSON lines on standard error: standard output belongs to reports. Nothing that could be a credential is written. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['*.authorization', '*.token', '*.password', 'authorization', 'token', 'password'],
        censor: '***',
      },
    },
    pino.destination(2),
  );
}
