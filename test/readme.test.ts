import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { clientReference } from '../src/app/config/client-config.js';
import { configReference } from '../src/app/config/config.js';
import { syscallCatalog } from '../src/sensor/fields/catalog.js';

const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');
const reference = readFileSync(fileURLToPath(new URL('../docs/rules.md', import.meta.url)), 'utf8');

describe('the documentation says what is', () => {
  it('every npm script and every command of the README exists', () => {
    const { scripts } = JSON.parse(
      readFileSync(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'),
    ) as {
      scripts: Record<string, string>;
    };
    const used = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? '');
    expect(used.length).toBeGreaterThan(3);
    for (const name of used) expect(Object.keys(scripts)).toContain(name);
  });

  it('every variable of the README is one of the configuration', () => {
    const variables = [...configReference(), ...clientReference()].map(({ name }) => name);
    const known = new Set([...variables, 'PACKWARDEN_CONFIG']);
    for (const [name] of readme.matchAll(/PACKWARDEN_[A-Z_]+/g)) expect([...known]).toContain(name);
  });

  it('docs/rules.md lists exactly the fields that the sensor does not fill', () => {
    const listed = [...reference.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name);
    const unfilled = (syscallCatalog.describe?.() ?? []).filter(({ filled }) => !filled).map(({ name }) => name);
    expect(unfilled.length).toBeGreaterThan(20);
    expect(listed).toEqual(unfilled);
  });
});
