import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { allowScriptsForm, FORMS, type Form } from '../../src/report/allow-scripts.js';

const decision = {
  recommended: ['esbuild@0.25.0', '@scope/tool@1.0.0'],
  refused: ['evil-dep@1.0.0', 'evil-dep@2.0.0'],
};

const rows: readonly [Form, string, object][] = [
  ['npm', 'package.json', { allowScripts: { 'esbuild@0.25.0': true, '@scope/tool@1.0.0': true, 'evil-dep': false } }],
  [
    'pnpm',
    'pnpm-workspace.yaml',
    { allowBuilds: { 'esbuild@0.25.0': true, '@scope/tool@1.0.0': true, 'evil-dep': false } },
  ],
  [
    'pnpm10',
    'pnpm-workspace.yaml',
    { onlyBuiltDependencies: ['esbuild', '@scope/tool'], ignoredBuiltDependencies: ['evil-dep'] },
  ],
  [
    'yarn',
    'package.json',
    {
      dependenciesMeta: {
        'esbuild@0.25.0': { built: true },
        '@scope/tool@1.0.0': { built: true },
        'evil-dep': { built: false },
      },
    },
  ],
];

describe("a report's decision about scripts", () => {
  it.each(rows)('for %s: the watched version is allowed, the name is refused', (form, file, expected) => {
    const written = allowScriptsForm(decision, form);
    expect(written.file).toBe(file);
    expect(parse(written.text)).toEqual(expected);
  });

  it('lets a name that is refused in one version not be allowed by name in another', () => {
    const mixed = { recommended: ['a@1.0.0'], refused: ['a@2.0.0'] };
    expect(parse(allowScriptsForm(mixed, 'pnpm10').text)).toEqual({
      onlyBuiltDependencies: [],
      ignoredBuiltDependencies: ['a'],
    });
  });

  it('refuses by name what nobody needs, but not a name of which another version is allowed', () => {
    const mixed = { recommended: ['a@1.0.0'], refused: [], unneeded: ['a@2.0.0', 'banner@1.0.0'] };
    expect(parse(allowScriptsForm(mixed, 'npm').text)).toEqual({ allowScripts: { 'a@1.0.0': true, banner: false } });
  });

  it.each(FORMS)('keeps a hostile name from being more than a name: %s', (form) => {
    const name = 'x": true, "allow-all';
    const { text } = allowScriptsForm({ recommended: [`${name}@1.0.0`], refused: [] }, form);
    const written: unknown = parse(text);
    expect(JSON.stringify(written)).toContain(JSON.stringify(form === 'pnpm10' ? name : `${name}@1.0.0`));
  });
});
