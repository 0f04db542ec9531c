import { type Logger, pino } from 'pino';

/** Logs JSON lines on standard error, because standard output is for reports. Fields that may hold credentials are masked. */
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
