import { EGRESS_FORMS } from '../../report/egress-policy/forms.js';
import { plain } from '../../report/text/plain.js';
import { type Command, readArgs, UsageError } from '../frame/usage.js';
import { REPORT_HELP, readReport } from './read-report.js';

const NAMES = EGRESS_FORMS.map(({ name }) => name).join('|');
const HELP_COMMAND = 'packwarden egress-policy --help';
const HELP = `Usage: packwarden egress-policy REPORT [--for ${NAMES}]

Prints which hosts a run needed, in the format that --for names (${EGRESS_FORMS.map(({ name, readBy }) => `${name}: ${readBy}`).join('; ')};
default: ${EGRESS_FORMS[0]?.name}), and on standard error which packages asked for each of them.
${REPORT_HELP}
The list contains requests that were permitted, and refused ones where a package wanted files of its own site. Requests that a
finding is about are left out. A run that did not reach its end may have needed more.
Exit code 0; 1 when no host was needed.
`;

/** `packwarden egress-policy`. */
export const egressPolicy: Command = {
  async run(argv) {
    const { values, positionals } = readArgs('egress-policy', argv, {
      allowPositionals: true,
      options: { for: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const form = values.for === undefined ? EGRESS_FORMS[0] : EGRESS_FORMS.find(({ name }) => name === values.for);
    if (form === undefined) throw new UsageError(`${values.for}: unknown format; choose one of ${NAMES}`, HELP_COMMAND);
    const { egressPolicy: policy, verdict } = await readReport(positionals, HELP_COMMAND);
    if (policy === undefined)
      throw new UsageError(`${positionals[0]}: the report is too old: it has no egress policy`, HELP_COMMAND);
    process.stdout.write(form.text(policy));
    for (const { host, port, methods, pathPrefixes, packages } of policy.rules) {
      const by = packages.length === 0 ? '' : ` (${plain(packages.join(', '))})`;
      process.stderr.write(`${host}:${port} ${methods.join(',')} ${pathPrefixes.join(' ')}${by}\n`);
    }
    if (policy.left !== undefined)
      process.stderr.write(`${policy.left} more hosts were needed than a report can hold: the list is incomplete\n`);
    if (verdict === 'incomplete')
      process.stderr.write('the run did not reach its end, or was not watched in full: it may have needed more\n');
    return policy.rules.length > 0 ? 0 : 1;
  },
};
