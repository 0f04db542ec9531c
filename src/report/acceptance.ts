import { quote } from '../rules/index.js';
import type { Finding } from './report.js';

/** Fields that tell one finding from another, where the alert has them. */
const FIELDS = ['proc.cmdline', 'fd.name', 'evt.arg.path'] as const;

/**
 * A rule file that accepts a finding: an exception of its rule for exactly this command and object, with room for the
 * reason. Null for what no rule of a file found (the gateway's refusals).
 */
export function acceptanceOf(finding: Finding): string | null {
  const { alert, rule } = finding;
  if (alert.source.toUpperCase() !== 'SYSCALL') return null;
  const fields = FIELDS.filter((field) => (alert.output_fields[field] ?? '') !== '');
  if (fields.length === 0) return null;
  const by = finding.package === null ? 'package not known' : `${finding.package.name}@${finding.package.version}`;
  // Falco puts an exception's values into a condition as they stand: they bring their own quotes.
  const values = fields.map((field) => quoted(quote(alert.output_fields[field] ?? '')));
  return [
    `# Accepted for ${quoted(by)}. Reason: `,
    '# By, until: ',
    `- rule: ${quoted(rule)}`,
    '  exceptions:',
    `    - name: accepted_${nameOf(alert.time.seconds, alert.time.nanos)}`,
    `      fields: [${fields.join(', ')}]`,
    `      comps: [${fields.map(() => '=').join(', ')}]`,
    `      values: [[${values.join(', ')}]]`,
    '  override: { exceptions: append }',
    '',
  ].join('\n');
}

/** Two exceptions of one rule may not share a name. */
function nameOf(seconds: string, nanos: number): string {
  return `${seconds}_${nanos}`;
}

/** A double-quoted YAML scalar in ASCII: JSON strings are such. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
