import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const SAMPLES = fileURLToPath(new URL('../../falco-test/samples', import.meta.url));

/** How many behaviours the table of known attacks has. */
export const BEHAVIOURS = 50;

const sampleSchema = z.strictObject({
  sample: z.string(),
  behaviours: z.array(z.number().int().min(1).max(BEHAVIOURS)).default([]),
  phase: z.enum(['fetch', 'install', 'import', 'execute', 'later']),
  package: z.string().nullable(),
  version: z.string().optional(),
  path: z.array(z.string()).optional(),
  calledItself: z.string().optional(),
  ranBy: z.string().optional(),
  orBy: z.array(z.string()).optional(),
  rules: z.array(z.string()).default([]),
  observed: z.array(z.string()).default([]),
  clean: z.boolean().default(false),
});
export type Sample = z.infer<typeof sampleSchema>;

/** The samples and what must be said of them: `falco-test/samples/expected.yaml`. */
export function readSamples(): readonly Sample[] {
  const file = parse(readFileSync(`${SAMPLES}/expected.yaml`, 'utf8'));
  return z.strictObject({ samples: z.array(sampleSchema) }).parse(file).samples;
}
