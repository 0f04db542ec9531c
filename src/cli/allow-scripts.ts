import type { AllowListForm } from '../ecosystems/allow-list.js';
import type { Report } from '../report/report.js';
import { reportedManager } from '../report/reported-manager.js';
import { allowScriptsForm, FORMS, formFor, reasonsAgainst } from '../report/scripts/allow-scripts.js';
import { plain } from '../report/text/plain.js';
import { REPORT_HELP, readReport } from './read-report.js';
import { type Command, readArgs, UsageError } from './usage.js';

const HELP_COMMAND = 'packwarden allow-scripts --help';
const HELP = `Usage: packwarden allow-scripts REPORT [--for ${FORMS.map(({ name }) => name).join('|')}]

Prints which dependency scripts may run, for the package manager that the report is of (or the one named by --for), in the
form that its file takes (read by ${FORMS.map(({ readBy }) => readBy).join('; ')}).
${REPORT_HELP}
Of a job with --check-needed, packages that need no script (they can be loaded without, and it left nothing) are refused, too,
and named on standard error, as are those that are not recommended though they did nothing, with the reason.
Exit code 0; 1 when the report recommends and refuses nothing.
`;

function formOf(report: Report, wanted: string | undefined): AllowListForm {
  const form = wanted === undefined ? formFor(report) : FORMS.find(({ name }) => name === wanted);
  if (form !== undefined) return form;
  const { name, version } = wanted === undefined ? reportedManager(report) : { name: wanted, version: '' };
  const known = FORMS.map((each) => each.name).join(', ');
  throw new UsageError(`${`${name} ${version}`.trim()} has no such form; known ones: ${known}`, HELP_COMMAND);
}

/** `packwarden allow-scripts`. */
export const allowScripts: Command = {
  async run(argv) {
    const { values, positionals } = readArgs('allow-scripts', argv, {
      allowPositionals: true,
      options: { for: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const report = await readReport(positionals, HELP_COMMAND);
    const { file, text, beside, notes } = allowScriptsForm(report, formOf(report, values.for));
    process.stderr.write(`for ${file}:\n`);
    process.stdout.write(text);
    if (beside !== undefined) process.stderr.write(`for ${beside.file}, because ${beside.why}:\n${beside.text}`);
    for (const note of [...notes, ...reasonsAgainst(report)]) process.stderr.write(`${plain(note)}\n`);
    const { recommended, refused, unneeded = [] } = report.allowScripts;
    for (const spec of unneeded) {
      process.stderr.write(
        `${plain(spec)} needs no script: it can be loaded without, and its script left nothing behind\n`,
      );
    }
    return recommended.length + refused.length + unneeded.length > 0 ? 0 : 1;
  },
};
