import { readFileSync } from 'node:fs';
import { z } from 'zod';

const datasource = z.object({ type: z.string(), uid: z.string() });
const panelSchema = z.object({
  id: z.number().int(),
  title: z.string().min(1),
  type: z.literal('timeseries'),
  datasource,
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number().positive(), h: z.number().positive() }),
  targets: z
    .array(z.object({ refId: z.string(), datasource, expr: z.string().min(1), legendFormat: z.string().min(1) }))
    .min(1),
});
export type Panel = z.infer<typeof panelSchema>;

/** As much of a dashboard as Grafana needs to import it. */
const dashboardSchema = z.object({
  title: z.string(),
  uid: z.string().max(40),
  schemaVersion: z.number().int(),
  templating: z.object({ list: z.array(z.record(z.string(), z.string())) }),
  panels: z.array(panelSchema).min(1),
});

export function readDashboard() {
  return dashboardSchema.parse(JSON.parse(readFileSync('deploy/grafana/packwarden.json', 'utf8')));
}
