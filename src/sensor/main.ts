import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { z } from 'zod';
import { type Sensor, startSensor } from './sensor.js';

/** `sensor/main.js --socket PATH --rules FILE... [--probe PATH] [--ring-bytes N] [--docker-root PATH]` */
const optionsSchema = z.object({
  socket: z.string().startsWith('/', 'must be an absolute path'),
  rules: z.array(z.string()).min(1, 'names no file'),
  probe: z.string().default('build/sensor/packwarden-probe'),
  ringBytes: z.coerce.number().int().positive().optional(),
  dockerRoot: z.string().optional(),
});

function readOptions(argv: readonly string[]): z.infer<typeof optionsSchema> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      socket: text,
      rules: { type: 'string', multiple: true },
      probe: text,
      'ring-bytes': text,
      'docker-root': text,
    },
  });
  return optionsSchema.parse({
    ...values,
    // `--rules a b c`: parseArgs assigns the first path to the option and reports the others as positionals.
    rules: [...(values.rules ?? []), ...positionals],
    ringBytes: values['ring-bytes'],
    dockerRoot: values['docker-root'],
  });
}

// Standard output is the protocol with the parent process: one JSON line when ready, and one for each reload. Standard error is the log.
const logger = pino(
  { base: null, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ dest: 2, sync: true }),
);

async function main(): Promise<number> {
  const { ringBytes, dockerRoot, ...options } = readOptions(process.argv.slice(2));
  const sensor = await startSensor({
    ...options,
    logger,
    onReload: ({ rules, lastError }) => writeLine({ reloaded: lastError === null, rules, error: lastError?.message }),
    ...(ringBytes !== undefined && { ringBytes }),
    ...(dockerRoot !== undefined && { dockerRoot }),
  });
  watchSignals(sensor);
  writeLine({ ready: true, socket: options.socket, rules: sensor.rules.rules, probePid: sensor.probePid });
  await sensor.closed;
  return 0;
}

function watchSignals(sensor: Sensor): void {
  const stop = () => void sensor.stop().catch((error: unknown) => logger.error({ err: error }, 'stop failed'));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.on('SIGHUP', () => void sensor.reload());
  // The parent process holds the other end of standard input. When it closes, the parent is gone and nobody reads the alerts any more.
  process.stdin.on('end', stop).on('close', stop).resume();
}

function writeLine(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

try {
  process.exit(await main());
} catch (error) {
  logger.fatal({ err: error }, 'sensor stopped');
  process.exit(1);
}
