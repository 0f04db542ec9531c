import type { TransformerName } from '../condition/ast.js';
import type { BoundField, FieldType, FieldValue } from '../fields/fields.js';
import { lower } from '../operators/glob.js';
import { OperandError } from '../operators/operand-error.js';

/** Falco's names of the types, for messages. */
const TYPE_NAMES: Readonly<Record<FieldType, string>> = {
  string: 'CHARBUF',
  number: 'INT64',
  bool: 'BOOL',
  ip: 'IPADDR',
  net: 'IPNET',
  port: 'PORT',
  bytes: 'BYTEBUF',
};

/** Falco's name of a type, for messages. */
export function typeName(type: FieldType): string {
  return TYPE_NAMES[type];
}

type Transform = (value: FieldValue) => FieldValue | undefined;

/** Applies a transformer to a field. @throws OperandError if the transformer does not apply to this type */
export function transformField<E>(
  field: BoundField<E>,
  transformer: TransformerName,
  option: string | undefined,
): BoundField<E> {
  if (field.compareOnly === true || field.any === true) {
    throw new OperandError(`field '${field.name}' does not support transformers`);
  }
  const { type, list, transform } = transformerFor(field, transformer, option);
  const { extract } = field;
  const { constant: _, render: __, ...rest } = field;
  return {
    ...rest,
    name: `${transformer}(${field.name})`,
    type,
    list,
    cost: field.cost + 4,
    extract: (event) => {
      const value = extract(event);
      return value === undefined ? undefined : transform(value);
    },
  };
}

function transformerFor<E>(
  field: BoundField<E>,
  transformer: TransformerName,
  option: string | undefined,
): { readonly type: FieldType; readonly list: boolean; readonly transform: Transform } {
  const { type, list } = field;
  if (transformer === 'len' && (list || type === 'string' || type === 'bytes')) {
    return { type: 'number', list: false, transform: length };
  }
  if (transformer === 'join' && list && type === 'string') {
    return { type, list: false, transform: (value) => (Array.isArray(value) ? value.join(option ?? '') : undefined) };
  }
  if (transformer === 'b64' && (type === 'string' || type === 'bytes')) {
    return { type, list, transform: eachText(decodeBase64) };
  }
  if (type === 'string' && (transformer === 'tolower' || transformer === 'toupper' || transformer === 'basename')) {
    return { type, list, transform: eachText(TEXT_TRANSFORMS[transformer]) };
  }
  throw new OperandError(
    `can't add field transformer: type '${TYPE_NAMES[type]}' is not supported by '${transformer}' transformer applied on ${list ? 'list ' : ''}field '${field.name}'`,
  );
}

const TEXT_TRANSFORMS = {
  tolower: lower,
  toupper: (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  // Everything after the last slash: basename("/usr/bin/") is empty.
  basename: (text: string) => text.slice(text.lastIndexOf('/') + 1),
} as const;

function eachText(change: (text: string) => string | undefined): Transform {
  return (value) => {
    if (!Array.isArray(value))
      return change(value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value));
    const changed = value.map((entry) => change(String(entry)));
    return changed.every((entry) => entry !== undefined) ? changed : undefined;
  };
}

function decodeBase64(text: string): string | undefined {
  const clean = text.replace(/[\r\n]/g, '');
  return /^[A-Za-z0-9+/]*={0,2}$/.test(clean) ? Buffer.from(clean, 'base64').toString() : undefined;
}

/** The number of values in a list, or of bytes in a text. */
function length(value: FieldValue): number {
  if (Array.isArray(value)) return value.length;
  return value instanceof Uint8Array ? value.length : Buffer.byteLength(String(value));
}
