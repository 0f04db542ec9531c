import { z } from 'zod';
import type { Alert } from './alert.js';
import { freezeAlert, MalformedAlertError, prioritySchema } from './decode.js';

// Times in nanoseconds exceed 2^53, so as numbers they would lose digits. Strings are matched first, so that digits inside of them are not
// changed.
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

const timeSchema = z.string().transform((text, context): Alert['time'] => {
  const match = TIME.exec(text);
  const ms = Date.parse(`${match?.[1]}Z`);
  if (Number.isNaN(ms)) {
    context.issues.push({ code: 'custom', message: 'not an ISO 8601 time in UTC', input: text });
    return z.NEVER;
  }
  return { seconds: String(ms / 1000), nanos: Number((match?.[2] ?? '').padEnd(9, '0')) };
});

// Each of output, tags and output_fields can be disabled by json_include_*.
const documentSchema = z.object({
  time: timeSchema,
  priority: prioritySchema,
  source: z.string().default('syscall'),
  rule: z.string().min(1),
  output: z.string().default(''),
  output_fields: z.record(z.string(), z.unknown()).default({}),
  hostname: z.string().default(''),
  tags: z.array(z.string()).default([]),
});

/**
 * Decodes one alert as written by Falco's `http_output`, `stdout_output` and `file_output` with `json_output: true`. Their typed fields are
 * converted to the strings that gRPC uses. @throws MalformedAlertError
 */
export function decodeJsonAlert(text: string): Alert {
  const parsed = documentSchema.safeParse(parse(text));
  if (!parsed.success) throw new MalformedAlertError(z.prettifyError(parsed.error), { cause: parsed.error });
  const { output_fields, source, ...rest } = parsed.data;
  return freezeAlert({ ...rest, source: source.toLowerCase(), fields: stringsOf(output_fields) });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(STRING_OR_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`)));
  } catch (cause) {
    throw new MalformedAlertError('not a JSON document', { cause });
  }
}

function stringsOf(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const strings: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    strings[name] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return strings;
}
