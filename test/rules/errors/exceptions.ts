import { type Row, rule } from './row.js';

/** Mistakes in exceptions. */
export const EXCEPTIONS: readonly Row[] = (
  [
    ['no sequence', '{}', 'LOAD_ERR_YAML_VALIDATE', 'Rule exceptions must be a sequence'],
    ['no mapping', '[a]', 'LOAD_ERR_YAML_VALIDATE', 'Rule exception must be a mapping'],
    ['no name', '[{fields: [proc.name]}]', 'LOAD_ERR_YAML_VALIDATE', "Item has no mapping for key 'name'"],
    ['no fields', '[{name: e}]', 'LOAD_ERR_YAML_VALIDATE', "Item has no mapping for key 'fields'"],
    [
      'more comps than fields',
      '[{name: e, fields: [proc.name], comps: ["=", "="]}]',
      'LOAD_ERR_VALIDATE',
      'Fields and comps lists must have equal length',
    ],
    [
      'a list of comps for one field',
      '[{name: e, fields: proc.name, comps: [in]}]',
      'LOAD_ERR_VALIDATE',
      'Fields and comps must both be strings',
    ],
    [
      '= for one field',
      '[{name: e, fields: proc.name, comps: "="}]',
      'LOAD_ERR_VALIDATE',
      'When fields is a single value, comps must be one of (in, pmatch, intersects)',
    ],
    [
      'an operator that is none',
      '[{name: e, fields: [proc.name], comps: [like]}]',
      'LOAD_ERR_VALIDATE',
      "'like' is not a supported comparison operator",
    ],
    [
      'a field that is none',
      '[{name: e, fields: [proc.nmae], values: [[a]]}]',
      'LOAD_ERR_VALIDATE',
      "'proc.nmae' is not a supported filter field",
    ],
    [
      'values that do not fit',
      '[{name: e, fields: [proc.name, proc.pname], values: [[a]]}]',
      'LOAD_ERR_VALIDATE',
      'Fields and values lists must have equal length',
    ],
    [
      'lists for one field',
      '[{name: e, fields: proc.name, values: [[a]]}]',
      'LOAD_ERR_VALIDATE',
      'Expected values array to contain a list of strings',
    ],
    [
      'values that are no list',
      '[{name: e, fields: proc.name, values: a}]',
      'LOAD_ERR_YAML_VALIDATE',
      'Rule exception values must be a sequence',
    ],
  ] as const
).map(([what, text, code, message]) => [
  `exceptions: ${what}`,
  rule('evt.type = open', `  exceptions: ${text}\n`),
  code,
  message,
  '',
]);
