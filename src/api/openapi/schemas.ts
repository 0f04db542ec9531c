import { z } from 'zod';
import { commandLineSchema } from '../command-line.js';
import { jobListSchema } from '../jobs/list/list-shapes.js';
import { packageDetailsSchema } from '../packages/package-shapes.js';
import { projectDetailsSchema, projectListSchema } from '../projects/project-shapes.js';
import {
  acceptedSchema,
  cancellingSchema,
  errorSchema,
  fullReportSchema,
  healthSchema,
  legacyAcceptedSchema,
  legacyViewSchema,
  readinessSchema,
  reportSchema,
  runningJobSchema,
  stateEventSchema,
} from '../shapes.js';

const SCHEMAS = {
  Accepted: acceptedSchema,
  Cancelling: cancellingSchema,
  CommandLine: commandLineSchema,
  Error: errorSchema,
  Health: healthSchema,
  Job: z.union([fullReportSchema, runningJobSchema]),
  Jobs: jobListSchema,
  LegacyAccepted: legacyAcceptedSchema,
  LegacyJob: legacyViewSchema,
  Package: packageDetailsSchema,
  Project: projectDetailsSchema,
  Projects: projectListSchema,
  Readiness: readinessSchema,
  Report: reportSchema,
  StateEvent: stateEventSchema,
} as const;

export type SchemaName = keyof typeof SCHEMAS;

/** `components.schemas`. They allow additional properties: a client must tolerate fields that a later version adds. */
export function componentSchemas(): Record<string, object> {
  const entries = Object.entries(SCHEMAS).map(([name, schema]) => {
    const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
    return [name, rest] as const;
  });
  return Object.fromEntries(entries);
}
