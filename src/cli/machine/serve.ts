import { loadConfig } from '../../app/config/config.js';
import { createLogger } from '../../app/logger.js';
import { ROLES, type Role, startService } from '../../app/service.js';
import { type Command, readArgs, UsageError } from '../frame/usage.js';
import { untilSignal } from './interrupted.js';

const HELP = `Usage: packwarden serve [--role all|api|worker]

Runs the service until SIGINT or SIGTERM.
  --role   all (default): API and worker in one process; starts its own redis-server unless PACKWARDEN_REDIS_URL is set, and
           the embedded sensor unless PACKWARDEN_FALCO_GRPC or PACKWARDEN_FALCO_FILE is set.
           api or worker: only that part (several hosts then share one Redis and one PACKWARDEN_DATA_DIR)
SIGHUP reloads the rule files (changed files are also noticed without it) and GitLab's audit destinations.
Settings: packwarden config --help
`;

function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** `packwarden serve`. */
export const serve: Command = {
  async run(argv) {
    const { values } = readArgs('serve', argv, {
      options: { role: { type: 'string', default: 'all' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    if (!isRole(values.role))
      throw new UsageError(`--role must be one of ${ROLES.join(', ')}`, 'packwarden serve --help');
    const config = loadConfig();
    const log = createLogger(config.PACKWARDEN_LOG_LEVEL);
    const stopping = untilSignal();
    const service = await startService(config, values.role, log);
    if (service.url !== null) process.stderr.write(`Packwarden listens on ${service.url}\n`);
    process.on('SIGHUP', () => service.reload());
    const signal = await stopping;
    log.info({ signal }, 'stopping');
    if (await service.stop()) return 0;
    // Something did not stop in time and would keep this process, and its children, alive.
    process.exit(1);
  },
};
