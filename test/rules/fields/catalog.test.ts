import { describe, expect, it } from 'vitest';
import { type BoundField, compileRules, type FieldCatalog, loadRules } from '../../../src/rules/index.js';
import { ruleText } from '../support.js';

interface Audit {
  readonly at: bigint;
  readonly kind: string;
  readonly details: ReadonlyMap<string, string>;
}

/** A catalog as other folders implement it: a class, no event types, fields with free arguments, one that is expensive to compute. */
class AuditCatalog implements FieldCatalog<Audit> {
  readonly source = 'gitlab';
  readonly eventTypes = undefined;
  extractions = 0;

  typeOf(event: Audit): string {
    return event.kind;
  }

  timeOf(event: Audit): bigint {
    return event.at;
  }

  bind(field: string, argument: string | undefined): BoundField<Audit> | undefined {
    const base = { name: field, type: 'string', list: false, cost: 0 } as const;
    if (field === 'gitlab.kind') return { ...base, extract: (event) => event.kind };
    if (field === 'gitlab.server') return { ...base, extract: () => 'one', constant: 'one' };
    if (field === 'gitlab.later') return { ...base, extract: () => undefined, unfilled: true };
    if (field !== 'gitlab.detail' || argument === undefined) return undefined;
    return {
      ...base,
      cost: 20,
      extract: (event) => {
        this.extractions++;
        return event.details.get(argument);
      },
    };
  }
}

const event: Audit = { at: 12_000_000_034n, kind: 'login', details: new Map([['user', 'root']]) };

function engineOf(text: string): { catalog: AuditCatalog; engine: ReturnType<typeof compileRules<Audit>> } {
  const catalog = new AuditCatalog();
  const loaded = loadRules([{ path: 'gitlab.yaml', text }]);
  return {
    catalog,
    engine: compileRules(loaded, catalog, { matching: 'all', timeFormat: 'iso8601', otherSources: ['syscall'] }),
  };
}

const gitlab = (name: string, condition: string, more: Record<string, unknown> = {}): string =>
  ruleText(name, condition, { source: 'gitlab', warn_evttypes: true, ...more });

describe('a catalog of another source', () => {
  it('serves the rules of its source and no others, without a warning', () => {
    const { engine } = engineOf(
      gitlab('A', 'gitlab.kind = login', { output: '%gitlab.kind by %gitlab.detail[user] at %evt.source' }) +
        ruleText('B', 'proc.name = x'),
    );
    expect(engine.rules.map((rule) => rule.name)).toEqual(['A']);
    expect(engine.diagnostics).toEqual([]);
    expect(engine.evaluate(event)).toMatchObject([
      {
        rule: 'A',
        source: 'gitlab',
        output: '1970-01-01T00:00:12.000000034+0000: Informational login by root at gitlab',
      },
    ]);
  });

  it('is asked once for a dear value of an event, whatever the number of rules', () => {
    const rules = Array.from({ length: 10 }, (_, i) =>
      gitlab(`R${i}`, `gitlab.detail[user] startswith r or gitlab.detail[user] = x${i}`),
    );
    const { catalog, engine } = engineOf(rules.join(''));
    expect(engine.evaluate(event)).toHaveLength(10);
    expect(catalog.extractions).toBe(1);
    engine.evaluate({ ...event, details: new Map() });
    expect(catalog.extractions).toBe(2);
  });

  it('is not asked for it where a cheap part decides', () => {
    const { catalog, engine } = engineOf(gitlab('R', 'gitlab.detail[user] = root and gitlab.kind = logout'));
    expect(engine.evaluate(event)).toEqual([]);
    expect(catalog.extractions).toBe(0);
  });

  it('has constant and never filled fields decided beforehand, with the same meaning', () => {
    const { engine } = engineOf(
      gitlab('same', 'gitlab.server = one') +
        gitlab('other', 'gitlab.server = two') +
        gitlab('never', 'gitlab.later = x or gitlab.later != x or gitlab.later exists') +
        gitlab('not', 'not gitlab.later = x'),
    );
    expect(engine.evaluate(event).map((match) => match.rule)).toEqual(['same', 'not']);
    expect(engine.diagnostics.map((found) => found.code)).toEqual([
      'UNFILLED_FIELD',
      'UNFILLED_FIELD',
      'UNFILLED_FIELD',
      'UNFILLED_FIELD',
    ]);
  });
});
