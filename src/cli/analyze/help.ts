import { clientReference } from '../../app/config/client-config.js';
import { ECOSYSTEMS } from '../../jobs/job.js';
import { FORMAT_NAMES } from '../../report/formats/formats.js';

/** What `packwarden analyze --help` prints. */
export function help(): string {
  const variables = clientReference().map(({ name, meaning }) => `  ${name.padEnd(20)}${meaning}`);
  return `Usage: packwarden analyze [DIR|FILE] [OPTIONS]

Packs what an install of the project in DIR (default: .) needs, or takes the tarball FILE as it is, has it detonated by a
service and prints the report on standard output, progress on standard error.

  --manager NAME         ${ECOSYSTEMS.join(', ')}; default: as the lock file tells
  --url URL              address of the service
  --token TOKEN          bearer token; a variable is better, because others can see a command line
  --include PATTERN      pack these files, too (several times; folders, or patterns like 'src/**/*.proto')
  --check-needed         find out which install scripts are needed: installs once more without, about twice the time
  --run NAMES            after everything else run these scripts of package.json, e.g. --run build,test, and watch what the
                         tools and plugins do that they start; packs the whole project
  --passes 1|2           2: scripts and loads run once more, on another CI's machine with the clock ahead; 1: they do not
                         (default: as the service has it)
  --dry-run, --list      only list what would be packed
  --format NAME          ${FORMAT_NAMES.join(', ')}
                         default: text in a terminal, else json
  --output NAME=FILE     write the report in a format to a file, too (several times)
  --annotations FILE     write the link to the report as GitLab's artifacts:reports:annotations
  --fail-on PRIORITY     from which priority a finding gives exit code 1 (default: WARNING); new: only what the packages
                         did not do in the project's last report
  --project NAME         the project that this is a run of (default: the GitLab job's, else as the manifest is called)
  --part NAME            tells several manifests of one project apart (default: as the manifest is called)
  --ref NAME             its branch or tag, and
  --default-branch NAME  the branch whose last complete report others are compared with (default: as the GitLab job says)
  --compare ID           the job that the report is compared with
  --retry-for SECONDS    how long a service that is full or does not answer is put up with (default: 120)
  --timeout SECONDS      how long all of it may take; then the job is cancelled and the exit code is 2 (default: no limit)
  --no-color             no colours; so does NO_COLOR

Packed are manifests, lock files, manifests of workspaces, local dependencies (file:, link:, portal:), patches, and
.npmrc, .yarnrc and .yarnrc.yml without credentials. When the project's own install scripts may read its sources
(prepare, postinstall, …), everything that git tracks is packed, and that is said.

Exit codes
  0  clean
  1  a finding at or above --fail-on
  2  wrong usage, or a fault of the service
  3  incomplete: the run can't be called clean

Environment (options win)
${variables.join('\n')}
`;
}
