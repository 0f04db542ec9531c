import { describe, expect, it } from 'vitest';
import { compileRules, loadRules } from '../../src/rules/index.js';
import { SYSCALLS } from '../../src/sensor/event/syscalls.js';
import { syscallCatalog } from '../../src/sensor/fields/catalog.js';
import { wantedCalls } from '../../src/sensor/wanted-calls.js';

function callsFor(condition: string): readonly string[] {
  const text = `- rule: r\n  desc: d\n  condition: ${condition}\n  output: o\n  priority: INFO\n`;
  const engine = compileRules(loadRules([{ path: 'r.yaml', text }]), syscallCatalog, {});
  return wantedCalls(engine.rules).map((nr) => SYSCALLS.get(nr) ?? '');
}

describe('only calls that active rules need are recorded', () => {
  it.each([
    ['what a rule names', 'evt.type = mkdir', 'mkdir', true],
    ['what no rule names', 'evt.type in (open, openat)', 'mkdir', false],
    ['what processes are followed by', 'evt.type = mkdir', 'execve', true],
    ['everything for a rule that names nothing', 'proc.name = x', 'kill', true],
    ['everything but what a rule excludes', 'evt.type != mkdir', 'rename', true],
  ])('%s', (_title, condition, call, expected) => {
    expect(callsFor(condition).includes(call)).toBe(expected);
  });
});
