import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileRules, fieldTexts, jsonCatalog, loadRules } from '../../src/rules/index.js';
import { alertsInGrpc, hasShared, recordedAlerts, ruleFile, SHARED } from './shared-data.js';

/** What the Falco that made the recording appended to each output (`-pc`, and the container fields of its configuration). */
const CONTAINER =
  'container_id=%container.id container_image=%container.image.repository container_image_tag=%container.image.tag container_name=%container.name';

/** The rule texts that produced a recorded output: the recording's own file, or the public one at that time. */
function templateOf(
  alert: { readonly rule: string },
  rules: ReadonlyMap<string, { output: { text: string } }>,
): string {
  return rules.get(alert.rule)?.output.text.trim() ?? '';
}

describe.skipIf(!hasShared)('alerts of a real Falco, made again from their fields', () => {
  const probe = ['alerts/probe.jsonl', 'alerts/probe-runc-start.jsonl'] as const;
  it.each(probe)('%s: text, fields, priority and tags are the recorded ones', (recording) => {
    const loaded = loadRules([ruleFile('alerts/probe-rules.yaml')]);
    const rules = [...loaded.rules.values()].map(({ name, output, priority }) => {
      const rule = { rule: name, desc: name, condition: 'proc.pid exists or not proc.pid exists', priority };
      return `- ${JSON.stringify({ ...rule, output: output.text.trim() })}\n`;
    });
    const alerts = recordedAlerts(recording);
    expect(alerts.length).toBeGreaterThan(20);
    for (const alert of alerts) {
      const only = rules.filter((text) => text.includes(`"rule":${JSON.stringify(alert.rule)}`));
      expectSame(alert, only.join(''));
    }
  });

  it.each([
    ['stdout-scenario.jsonl', () => recordedAlerts('alerts/stdout-scenario.jsonl')],
    ['stdout-name-resolution.jsonl', () => recordedAlerts('alerts/stdout-name-resolution.jsonl')],
    ['grpc-get.json, whose output is the whole JSON alert', () => alertsInGrpc('alerts/grpc-get.json')],
  ])('%s, of the public rules: text, fields, priority and tags are the recorded ones', (_recording, read) => {
    const old = loadRules([ruleFile('rules/falco_rules-3.2.0.yaml')]);
    const alerts = read();
    expect(alerts.length).toBeGreaterThan(1);
    for (const alert of alerts) {
      const hasImage = Object.hasOwn(alert.output_fields, 'container.image.repository');
      const info = hasImage ? CONTAINER : 'container_id=%container.id container_name=%container.name';
      const output = templateOf(alert, old.rules).replace('%container.info', info);
      const { rule, priority, tags = [] } = alert;
      expectSame(
        alert,
        `- ${JSON.stringify({ rule, desc: 'd', condition: 'evt.type exists', output, priority, tags })}\n`,
        false,
      );
    }
  });

  it('grpc-plain-text-output.json: output fields are texts, a missing one is <NA>', () => {
    const alerts = JSON.parse(readFileSync(`${SHARED}alerts/grpc-plain-text-output.json`, 'utf8')) as {
      rule: string;
      output: string;
      output_fields: Record<string, string>;
      time: { seconds: string; nanos: number };
    }[];
    const old = loadRules([ruleFile('rules/falco_rules-3.2.0.yaml')]);
    for (const alert of alerts) {
      const output = templateOf(alert, old.rules).replace('%container.info', CONTAINER);
      const text = `- ${JSON.stringify({ rule: alert.rule, desc: 'd', condition: 'evt.type exists', output, priority: 'WARNING' })}\n`;
      const engine = compileRules(loadRules([{ path: 'r.yaml', text }]), jsonCatalog, { timeFormat: 'iso8601' });
      const present = Object.entries(alert.output_fields).filter(([, value]) => value !== '<NA>');
      const time = `${alert.time.seconds}${String(alert.time.nanos).padStart(9, '0')}`;
      const [match] = engine.evaluate({ ...Object.fromEntries(present), 'evt.time.iso8601': time });
      if (match === undefined) throw new Error('the rule did not match');
      expect(match.output).toBe(alert.output);
      expect(fieldTexts(match, jsonCatalog)).toEqual(alert.output_fields);
    }
  });
});

function expectSame(alert: ReturnType<typeof recordedAlerts>[number], text: string, appendContainer = true): void {
  const options = {
    timeFormat: 'iso8601',
    appendOutput: appendContainer ? [{ extraOutput: CONTAINER }] : [],
  } as const;
  const engine = compileRules(loadRules([{ path: 'r.yaml', text }]), jsonCatalog, options);
  const [match] = engine.evaluate(alert.output_fields);
  if (match === undefined) throw new Error(`no match for ${alert.rule}`);
  expect(match.output).toBe(alert.output);
  expect(match.priority.toLowerCase()).toBe(alert.priority.toLowerCase());
  expect(match.tags).toEqual(alert.tags ?? []);
  const { 'evt.time.iso8601': _, ...recorded } = alert.output_fields;
  const fields = Object.fromEntries(
    [...match.fields].map(([name, value]) => [name, typeof value === 'bigint' ? String(value) : (value ?? null)]),
  );
  for (const name of Object.keys(fields)) expect({ [name]: fields[name] }).toEqual({ [name]: recorded[name] ?? null });
}
