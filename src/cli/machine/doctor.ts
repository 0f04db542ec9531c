import { loadConfig } from '../../app/config/config.js';
import { type DoctorRole, examine } from '../../app/doctor/doctor.js';
import type { Check } from '../../app/doctor/host.js';
import { machineHost } from '../../app/doctor/machine.js';
import { createLogger } from '../../app/logger.js';
import { plain } from '../../report/text/plain.js';
import { type Command, readArgs, UsageError } from '../frame/usage.js';

const ROLES = ['all', 'api', 'worker'] as const satisfies readonly DoctorRole[];
const HELP_COMMAND = 'packwarden doctor --help';
const HELP = `Usage: packwarden doctor [--role all|api|worker] [--json]

Checks what a service with this configuration needs on this machine: kernel, control groups, Docker and the sandbox images, Falco or
the embedded sensor, Redis, disk, clock, registry, certificates, and the service itself if it runs. Changes nothing.
  --role   what the service on this machine runs: all (default), only the API, or only a worker
  --json   the checks as JSON
Exit code 0 (warnings allowed); 1 when a check fails, 2 for wrong usage or an invalid configuration.
`;
const SIGNS: Readonly<Record<Check['status'], string>> = { pass: 'ok  ', warn: 'warn', fail: 'FAIL' };

/** `packwarden doctor`. */
export const doctor: Command = {
  async run(argv) {
    const { values } = readArgs('doctor', argv, {
      options: {
        role: { type: 'string', default: 'all' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const role = ROLES.find((known) => known === values.role);
    if (role === undefined) throw new UsageError(`--role must be one of ${ROLES.join(', ')}`, HELP_COMMAND);
    const config = loadConfig();
    const host = machineHost(config, '/usr/local/bin:/usr/bin:/bin', createLogger('silent'));
    const checks = await examine(host, config, role);
    process.stdout.write(values.json ? `${JSON.stringify({ checks }, null, 2)}\n` : textOf(checks));
    return checks.some(({ status }) => status === 'fail') ? 1 : 0;
  },
};

function textOf(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, status, message, fix }) => [
    `${SIGNS[status]}  ${name.padEnd(width)}  ${plain(message)}`,
    ...(fix === null ? [] : [`${' '.repeat(width + 6)}→ ${plain(fix)}`]),
  ]);
  return `${lines.join('\n')}\n`;
}
