import type { Finding } from '../finding.js';
import { plain } from '../text/plain.js';

/** The fields in which an alert names what was touched, the most informative first. */
const SUBJECT_FIELDS = [
  'egress.target',
  'fd.name',
  'evt.arg.path',
  'evt.arg.name',
  'evt.arg.filename',
  'evt.arg.oldpath',
  'evt.arg.newpath',
  'evt.arg.linkpath',
] as const;

/** What a finding touched: a file, a network peer or a host; empty if only the command says what happened. */
export function subjectOf(finding: Pick<Finding, 'alert'>): string {
  for (const field of SUBJECT_FIELDS) {
    const value = finding.alert.output_fields[field];
    if (value !== undefined && value !== '') return plain(value);
  }
  return '';
}

/** The command line of the process that caused the finding; empty if it is not known. */
export function commandOf(finding: Finding): string {
  return plain(finding.processes[0]?.cmdline ?? finding.alert.output_fields['proc.cmdline'] ?? '');
}
