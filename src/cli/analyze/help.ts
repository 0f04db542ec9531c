import { clientReference } from '../../app/config/client-config.js';
import { ECOSYSTEMS } from '../../jobs/job.js';
import { FORMAT_NAMES } from '../../report/formats/formats.js';

/** What `packwarden analyze --help` prints. */
export function help(): string {
  const variables = clientReference().map(({ name, meaning }) => `  ${name.padEnd(20)}${meaning}`);
  return `Usage: packwarden analyze [DIR|FILE] [OPTIONS]

Packs the files that an install of the project in DIR (default: .) needs, or takes the tarball FILE unchanged, submits them to
a Packwarden service for detonation, and prints the report on standard output, progress on standard error.

  --manager NAME         ${ECOSYSTEMS.join(', ')}; default: detected from the lock file
  --url URL              address of the service
  --token TOKEN          bearer token; prefer the environment variable: other users of the machine can see command lines
  --include PATTERN      also pack these files (repeatable; folders, or patterns like 'src/**/*.proto')
  --check-needed         find out which install scripts are needed, by a second install without them; about twice the time
  --run NAMES            afterwards run these scripts of package.json, e.g. --run build,test, and watch what the tools and
                         plugins do that they start; packs the whole project
  --passes 1|2           2: run the scripts and load the packages a second time, as if on another CI system and at a later
                         date; 1: only once (default: the service's setting)
  --dry-run, --list      only list the files that would be packed
  --format NAME          ${FORMAT_NAMES.join(', ')}
                         default: text in a terminal, otherwise json
  --output NAME=FILE     also write the report to FILE in the format NAME (repeatable)
  --annotations FILE     write the link to the report in GitLab's artifacts:reports:annotations format
  --fail-on PRIORITY     lowest priority of a finding that gives exit code 1 (default: WARNING); new: only findings that the
                         project's previous report did not have
  --project NAME         the project that this run belongs to (default: the GitLab job's project, otherwise the name in the
                         manifest)
  --part NAME            distinguishes several manifests of one project (default: the name in the manifest)
  --ref NAME             the branch or tag (default: the GitLab job's)
  --default-branch NAME  the branch whose last complete report other branches are compared with (default: the GitLab job's)
  --compare ID           compare the report with that of this job
  --retry-for SECONDS    how long to retry when the service is full or unreachable (default: 120)
  --timeout SECONDS      time limit for the whole command; the job is then cancelled, exit code 2 (default: no limit)
  --no-color             no colours (like the variable NO_COLOR)

What is packed: manifests (also of workspaces), lock files, local dependencies (file:, link:, portal:), patches, and .npmrc,
.yarnrc and .yarnrc.yml with credentials removed. If the project has install scripts of its own (prepare, postinstall, …), which
may read its sources, every file that git tracks is packed, and a note says so.

Exit codes
  0  clean
  1  a finding at or above --fail-on
  2  wrong usage, or the service failed
  3  incomplete: the run could not be watched in full, so it can't be called clean

Environment (options take precedence)
${variables.join('\n')}
`;
}
