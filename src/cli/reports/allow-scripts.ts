import type { AllowListForm } from '../../ecosystems/allow-list.js';
import { reportedManager } from '../../report/parts/reported-manager.js';
import type { Report } from '../../report/report.js';
import { allowScriptsForm, FORMS, formFor, reasonsAgainst } from '../../report/scripts/allow-scripts.js';
import { plain } from '../../report/text/plain.js';
import { type Command, readArgs, UsageError } from '../frame/usage.js';
import { REPORT_HELP, readReport } from './read-report.js';

const HELP_COMMAND = 'packwarden allow-scripts --help';
const HELP = `Usage: packwarden allow-scripts REPORT [--for ${FORMS.map(({ name }) => name).join('|')}]

Prints the allow list of install scripts in the package manager's own format: for the package manager that the report is
about, or the one named by --for (read by ${FORMS.map(({ readBy }) => readBy).join('; ')}).
${REPORT_HELP}
If the job ran with --check-needed, scripts that turned out to be unnecessary (the package loads without its script, and the
script left nothing behind) are refused, too. Standard error lists them, and the scripts that are not recommended although they
did nothing suspicious, with the reason.
Exit code 0; 1 when there is no script to allow or refuse.
`;

function formOf(report: Report, wanted: string | undefined): AllowListForm {
  const form = wanted === undefined ? formFor(report) : FORMS.find(({ name }) => name === wanted);
  if (form !== undefined) return form;
  const { name, version } = wanted === undefined ? reportedManager(report) : { name: wanted, version: '' };
  const known = FORMS.map((each) => each.name).join(', ');
  throw new UsageError(`${`${name} ${version}`.trim()}: unknown format; choose one of ${known}`, HELP_COMMAND);
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
