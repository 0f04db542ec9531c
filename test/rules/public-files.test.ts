import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OWN_RULE_FILES } from '../../src/app/own-rules.js';
import { CATALOGS } from '../../src/cli/rules/catalogs.js';
import {
  bindUnfilled,
  compileRules,
  type FieldCatalog,
  type JsonEvent,
  jsonCatalog,
  lintRules,
  loadRules,
} from '../../src/rules/index.js';
import { syscallCatalog } from '../../src/sensor/fields/catalog.js';
import { hasShared, ruleFile } from './shared-data.js';

const PUBLIC = [
  ['rules/falco_rules.yaml', 25],
  ['rules/falco_rules-3.2.0.yaml', 25],
  ['rules/falco-incubating_rules.yaml', 31],
  ['rules/falco-sandbox_rules.yaml', 37],
] as const;

describe.skipIf(!hasShared)('public rule files', () => {
  it.each(PUBLIC)('%s loads whole', (path, rules) => {
    const loaded = loadRules([ruleFile(path)]);
    expect(loaded.rules.size).toBe(rules);
    const options = { selection: { rules: [{ enable: { rule: '*' } }] } } as const;
    expect(compileRules(loaded, jsonCatalog, options).rules).toHaveLength(rules);
  });

  it('load together, the later ones over the earlier ones', () => {
    const files = ['rules/falco_rules.yaml', 'rules/falco-incubating_rules.yaml', 'rules/falco-sandbox_rules.yaml'];
    expect(lintRules(files.map(ruleFile), [jsonCatalog]).filter((found) => found.severity === 'error')).toEqual([]);
  });

  it.each(PUBLIC)('%s is taken as it is published, by the linter and by the sensor', (path) => {
    const errors = lintRules([ruleFile(path)], CATALOGS).filter(({ severity }) => severity === 'error');
    expect(errors).toEqual([]);
    const engine = compileRules(loadRules([ruleFile(path)]), syscallCatalog, { matching: 'all' });
    expect(engine.rules.length).toBeGreaterThan(20);
  });

  it('have only the warnings that Falco has', () => {
    const codes = PUBLIC.flatMap(([path]) => lintRules([ruleFile(path)], [jsonCatalog]).map((found) => found.code));
    expect(new Set(codes)).toEqual(new Set(['LOAD_DEPRECATED_ITEM']));
  });

  it('alert on what they are for, and on nothing else of the kind', () => {
    const engine = compileRules(loadRules([ruleFile('rules/falco_rules.yaml')]), jsonCatalog, { matching: 'all' });
    const read = {
      'evt.type': 'openat',
      'evt.is_open_read': true,
      'fd.typechar': 'f',
      'fd.num': 3,
      'proc.name': 'node',
    };
    const names = (event: JsonEvent): string[] => engine.evaluate(event).map((match) => match.rule);
    expect(names({ ...read, 'fd.name': '/etc/shadow', 'fd.directory': '/etc' })).toContain(
      'Read sensitive file untrusted',
    );
    expect(names({ ...read, 'fd.name': '/etc/hosts', 'fd.directory': '/etc' })).toEqual([]);
    expect(names({ ...read, 'proc.name': 'sshd', 'fd.name': '/etc/shadow' })).not.toContain(
      'Read sensitive file untrusted',
    );
  });

  it('every field and event type a source lacks is named by the linter', () => {
    const files = PUBLIC.map(([path]) => ruleFile(path));
    const withheld = ['container.privileged', 'proc.tty', 'fd.sip.name', 'user.loginuid', 'evt.arg'];
    const poor: FieldCatalog<JsonEvent> = {
      ...jsonCatalog,
      seenTypes: new Set([...(jsonCatalog.eventTypes ?? [])].filter((type) => type !== 'ptrace')),
      bind: (name, argument) =>
        withheld.includes(name) ? bindUnfilled(name, argument) : jsonCatalog.bind(name, argument),
    };
    const found = lintRules(files, [poor]).filter(({ code }) => code === 'UNFILLED_FIELD');
    const said = found.map(({ message }) => message).join('\n');
    for (const name of withheld) expect(said).toContain(`'${name}`);
    expect(said).toContain("event type 'ptrace' is not seen by this source");
    expect(found.every(({ severity }) => severity === 'warning')).toBe(true);
  });
});

const OWN_FILES = OWN_RULE_FILES.map((file) => `rules/${basename(file)}`);

describe('our own rule files', () => {
  it('load after each other without a word', () => {
    expect(lintRules(OWN_FILES.map(ruleFile), [jsonCatalog])).toEqual([]);
  });

  it.skipIf(!hasShared)('load beside the public stable file', () => {
    const files = ['rules/falco_rules.yaml', ...OWN_FILES].map(ruleFile);
    expect(() => compileRules(loadRules(files), jsonCatalog)).not.toThrow();
  });
});
