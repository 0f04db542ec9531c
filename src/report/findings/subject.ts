import type { Finding } from '../finding.js';
import { plain } from '../text/plain.js';

/** Where an alert says what was touched, the most telling first. */
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

/** What a finding is about: a file, a peer, a host; empty when the command says it all. */
export function subjectOf(finding: Pick<Finding, 'alert'>): string {
  for (const field of SUBJECT_FIELDS) {
    const value = finding.alert.output_fields[field];
    if (value !== undefined && value !== '') return plain(value);
  }
  return '';
}

/** The command line that did it, empty where none is known. */
export function commandOf(finding: Finding): string {
  return plain(finding.processes[0]?.cmdline ?? finding.alert.output_fields['proc.cmdline'] ?? '');
}
