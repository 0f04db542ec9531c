import type { Finding } from './report.js';

/** Where an alert says what was touched, the most telling first. */
const SUBJECT_FIELDS = [
  'egress.target',
  'fd.name',
  'evt.arg.path',
  'evt.arg.name',
  'evt.arg.filename',
  'evt.arg.newpath',
  'evt.arg.linkpath',
] as const;

/** Without control characters, escape sequences and direction overrides: a file name must not be able to repaint a verdict. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '·');
}

/** What a finding is about: a file, a peer, a host; empty when the command says it all. */
export function subjectOf(finding: Pick<Finding, 'alert'>): string {
  for (const field of SUBJECT_FIELDS) {
    const value = finding.alert.output_fields[field];
    if (value !== undefined && value !== '') return plain(value);
  }
  return '';
}
