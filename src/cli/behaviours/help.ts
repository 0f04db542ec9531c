import { clientReference } from '../../app/config/client-config.js';
import { DATA_FILE } from './data.js';

/** What `packwarden behaviours --help` prints. */
export function help(): string {
  const variables = clientReference().map(({ name, meaning }) => `  ${name.padEnd(20)}${meaning}`);
  return `Usage: packwarden behaviours LIST [OPTIONS]
       packwarden behaviours --from FOLDER [--from FOLDER …] [--out FOLDER]

Measures what packages of npm's registry do when they are installed and loaded, so that a service knows how usual it is. Each
line of LIST is a project of its own, which a service detonates: packages that npm installs together, NAME or NAME@RANGE,
with spaces between; # begins a comment. The results are kept line by line: a run that was interrupted goes on where it was.

  --out FOLDER           where results and data go (default: behaviours)
  --from FOLDER          no jobs: makes the data of the JSON reports in FOLDER (several times)
  --url URL              address of the service
  --token TOKEN          bearer token; a variable is better, because others can see a command line
  --concurrency N        jobs at once (default: 2)
  --retry-for SECONDS    how long a service that is full or does not answer is put up with (default: 3600)

In the folder afterwards: ${DATA_FILE} (the data: name the folder in PACKWARDEN_BEHAVIOURS of the service), reports/ (one for
each line) and incomplete/ (of lines that could not be measured; they are tried again the next time).

Exit codes
  0  everything was measured
  1  something was not, and is told; the data is of the others
  2  wrong usage, or a fault of the service

Environment (options win)
${variables.join('\n')}
`;
}
