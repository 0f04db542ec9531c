import { z } from 'zod';
import { type Alert, NUMBER_FIELD, PRIORITIES, type Priority } from './alert.js';

/** A message that is not a Falco alert. It is counted and logged, and the stream continues. */
export class MalformedAlertError extends Error {
  override readonly name = 'MalformedAlertError';
  readonly code = 'malformed-alert';
}

const MISSING = '<NA>';

/**
 * The enum has three spellings of each name (`allow_alias`: WARNING, warning, Warning), and a decoder may return any of them, or a number
 * without a name. JSON uses the third.
 */
export const prioritySchema = z.union([z.string(), z.int()]).transform((value, context): Priority => {
  const name = typeof value === 'number' ? PRIORITIES[value] : value.toUpperCase();
  const known = PRIORITIES.find((priority) => priority === name);
  if (known === undefined) {
    context.issues.push({ code: 'custom', message: 'unknown priority', input: value });
    return z.NEVER;
  }
  return known;
});

const timeSchema = z.object({
  seconds: z.string().regex(/^\d{1,12}$/),
  nanos: z.int().min(0).max(999_999_999).default(0),
});

const messageSchema = z.object({
  time: timeSchema,
  // proto3 omits zero values: a missing priority is EMERGENCY.
  priority: prioritySchema.default('EMERGENCY'),
  source: z.string().default(''),
  source_deprecated: z.union([z.string(), z.int()]).default('SYSCALL'),
  rule: z.string().min(1),
  output: z.string().default(''),
  output_fields: z.record(z.string(), z.string()).default({}),
  hostname: z.string().default(''),
  tags: z.array(z.string()).default([]),
});

/**
 * Decodes one `falco.outputs.response` as returned by proto-loader (original names, longs and enums as strings).
 *
 * @throws MalformedAlertError
 */
export function decodeGrpcAlert(message: unknown): Alert {
  const parsed = messageSchema.safeParse(message);
  if (!parsed.success) throw new MalformedAlertError(z.prettifyError(parsed.error), { cause: parsed.error });
  const { time, priority, source, source_deprecated, rule, output, output_fields, hostname, tags } = parsed.data;
  return freezeAlert({
    time,
    priority,
    source: (source || String(source_deprecated)).toLowerCase(),
    rule,
    output: plainLine(output),
    fields: output_fields,
    hostname,
    tags,
  });
}

/** Removes values that Falco could not fill, and freezes the alert. */
export function freezeAlert(alert: Alert): Alert {
  const fields: Record<string, string> = Object.create(null);
  for (const name in alert.fields) {
    const value = alert.fields[name];
    if (value !== undefined && value !== MISSING && name !== NUMBER_FIELD) fields[name] = value;
  }
  const number = Number(alert.fields[NUMBER_FIELD]);
  return Object.freeze({
    ...alert,
    ...(Number.isSafeInteger(number) ? { number } : {}),
    time: Object.freeze(alert.time),
    fields: Object.freeze(fields),
    tags: Object.freeze(alert.tags),
  });
}

/** With `json_output: true` Falco sends the whole JSON alert as `output` over gRPC (measured on 0.40). */
function plainLine(output: string): string {
  if (!output.startsWith('{')) return output;
  try {
    const document: unknown = JSON.parse(output);
    const parsed = jsonOutputSchema.safeParse(document);
    return parsed.success ? parsed.data.output : output;
  } catch {
    return output;
  }
}

const jsonOutputSchema = z.object({ output: z.string() });
