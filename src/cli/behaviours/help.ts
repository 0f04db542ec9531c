import { clientReference } from '../../app/config/client-config.js';
import { DATA_FILE } from './data.js';

/** What `packwarden behaviours --help` prints. */
export function help(): string {
  const variables = clientReference().map(({ name, meaning }) => `  ${name.padEnd(20)}${meaning}`);
  return `Usage: packwarden behaviours LIST [OPTIONS]
       packwarden behaviours --from FOLDER [--from FOLDER …] [--out FOLDER]

Measures what packages of npm's registry do when they are installed and loaded, so that a service knows which behaviour is
common. Each line of LIST is detonated as a project of its own: packages to install together, NAME or NAME@RANGE, separated by
spaces; # starts a comment. Results are saved line by line, so that an interrupted run continues where it stopped.

  --out FOLDER           where to write results and data (default: behaviours)
  --from FOLDER          run no jobs, build the data from the JSON reports in FOLDER (repeatable)
  --url URL              address of the service
  --token TOKEN          bearer token; prefer the environment variable: other users of the machine can see command lines
  --concurrency N        jobs to run at the same time (default: 2)
  --retry-for SECONDS    how long to retry when the service is full or unreachable (default: 3600)

The folder then contains ${DATA_FILE} (the data: set the service's PACKWARDEN_BEHAVIOURS to this folder), reports/ (one for
each line) and incomplete/ (reports of lines that could not be measured; the next run tries these lines again).

Exit codes
  0  every line was measured
  1  some lines were not; they are listed, and the data covers the others
  2  wrong usage, or the service failed

Environment (options take precedence)
${variables.join('\n')}
`;
}
