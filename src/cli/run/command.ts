import { loadClientConfig, loadConfig } from '../../app/config/config.js';
import { listing, submitAndReport } from '../analyze/command.js';
import { readAnalyzeOptions } from '../analyze/options.js';
import { chooseSubmission } from '../analyze/submission.js';
import { type Command, UsageError } from '../frame/usage.js';
import { untilSignal } from '../machine/interrupted.js';
import { type LocalService, localBase, withLocalService } from '../machine/local-service.js';
import { openPage } from './browser.js';
import { setUpMachine } from './setup.js';

const HELP = `Usage: packwarden run [DIR|FILE] [--open] [OPTIONS]

Detonates the dependencies of the project in DIR (default: .) on this machine, and prints the report: no service has to run
before. What is missing (Docker engine, Redis, the sandbox image) is installed first, which needs root and takes some minutes
the first time; if a service already runs at PACKWARDEN_HOST and PACKWARDEN_PORT, it is used.

  --open       open the page of the job in a browser, and keep the service that was started for it until Ctrl-C
  OPTIONS      those of packwarden analyze (packwarden analyze --help), except --url and --token

The report is kept: "packwarden serve" (in a checkout: npm start) shows it again at the same address.
Exit codes: those of packwarden analyze.
`;
const HELP_COMMAND = 'packwarden run --help';

function say(text: string): void {
  process.stderr.write(`[run] ${text}\n`);
}

/** `packwarden run`: `analyze` for somebody who has no service yet. */
export const run: Command = {
  async run(argv) {
    const { isOpened, rest } = ownOptions(argv);
    const config = loadConfig();
    const client = loadClientConfig();
    const options = readAnalyzeOptions([...rest, '--url', localBase(config)], client);
    if (options === null) {
      process.stdout.write(HELP);
      return 0;
    }
    const submission = chooseSubmission(options, client);
    if (options.dryRun) {
      process.stdout.write(listing(submission));
      return 0;
    }
    return withLocalService(config, { say, prepare: setUpMachine }, async (service) => {
      const stopped = untilSignal();
      const exitCode = await submitAndReport(
        { ...options, url: service.base },
        submission,
        (page) => isOpened && openPage(page, say),
      );
      if (service.isOwn) await keepOpen(service, isOpened, stopped);
      return exitCode;
    });
  },
};

/** @throws UsageError for an option that would take the job to another service */
function ownOptions(argv: readonly string[]): { isOpened: boolean; rest: readonly string[] } {
  const elsewhere = argv.find((word) => /^--(?:url|token)(?:=|$)/.test(word));
  if (elsewhere !== undefined) {
    throw new UsageError(
      `${elsewhere}: packwarden run uses this machine; packwarden analyze asks a service elsewhere`,
      HELP_COMMAND,
    );
  }
  return { isOpened: argv.includes('--open'), rest: argv.filter((word) => word !== '--open') };
}

/**
 * A page can only be read while its service runs, so a person who opened it decides when to stop: at `stopped`, a signal that may already
 * have come during the job.
 */
async function keepOpen({ base }: LocalService, isOpened: boolean, stopped: Promise<unknown>): Promise<void> {
  if (!isOpened) {
    say('the report is kept: packwarden serve shows it again');
    return;
  }
  say(`the service keeps running at ${base}: Ctrl-C ends it`);
  await stopped;
}
