import { readFileSync } from 'node:fs';
import { OWN_RULE_FILES } from '../../../src/app/own-rules.js';
import { compileRules, loadRules } from '../../../src/rules/index.js';
import { syscallCatalog } from '../../../src/sensor/fields/catalog.js';
import { AlertQueue } from '../../../src/sensor/outputs/queue.js';
import { ProcessRecord } from '../../../src/sensor/probe/record.js';
import { Watcher } from '../../../src/sensor/watcher.js';
import { type RecordSpec, recordBytes } from '../records.js';

const rules = OWN_RULE_FILES.map((path) => ({ path, text: readFileSync(path, 'utf8') }));
const engine = compileRules(loadRules(rules), syscallCatalog, { matching: 'all' });

/** The detections of our own rules (those that a report shows) for the last of some calls that one container makes. */
export function detections(...calls: readonly RecordSpec[]): string[] {
  return matches(calls, (tags) => !tags.includes('plumbing'));
}

/** What the plumbing rules report about the last of several calls of one container. */
export function plumbing(...calls: readonly RecordSpec[]): string[] {
  return matches(calls, (tags) => tags.includes('plumbing'));
}

function matches(calls: readonly RecordSpec[], isMeant: (tags: readonly string[]) => boolean): string[] {
  const queue = new AlertQueue(1000);
  const watcher = new Watcher({ engine }, queue, { dockerRoot: '/nonexistent', hostname: 'h', now: () => 0 });
  const found: string[] = [];
  for (const call of calls) {
    watcher.record(new ProcessRecord(recordBytes(call)));
    found.length = 0;
    for (let alert = queue.pop(); alert !== undefined; alert = queue.pop()) {
      if (isMeant(alert.tags)) found.push(alert.rule);
    }
  }
  return found.sort();
}
