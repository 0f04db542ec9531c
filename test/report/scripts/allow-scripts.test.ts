import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { InstalledRow, Report } from '../../../src/report/report.js';
import { allowScriptsForm, FORMS, formFor } from '../../../src/report/scripts/allow-scripts.js';
import { report } from '../../api/reports.js';

type Decision = Report['allowScripts'];

const decision: Decision = {
  recommended: ['esbuild@0.25.0', '@scope/tool@1.0.0'],
  refused: ['evil-dep@1.0.0', 'evil-dep@2.0.0'],
};

/** A name of which one version is allowed and another one refused. */
const mixed: Decision = { recommended: ['a@1.0.0', 'a@1.1.0'], refused: ['a@2.0.0'] };

function formNamed(wanted: string) {
  const form = FORMS.find(({ name }) => name === wanted);
  if (form === undefined) throw new Error(`no form ${wanted}`);
  return form;
}

const write = (form: string, allowScripts: Decision, installed?: readonly InstalledRow[]) =>
  allowScriptsForm(
    report({ allowScripts, ...(installed === undefined ? {} : { installed: [...installed] }) }),
    formNamed(form),
  );

const row = (spec: string, from: InstalledRow['from'], resolved: string | null): InstalledRow => {
  const at = spec.lastIndexOf('@');
  const [name, version] = [spec.slice(0, at), spec.slice(at + 1)];
  return { name, version, folder: `node_modules/${name}`, from, resolved, integrity: null };
};

const [built, not] = [{ built: true }, { built: false }];

const ROWS: readonly [form: string, file: string, plain: object, ofMixed: object][] = [
  [
    'npm',
    'package.json',
    { allowScripts: { 'esbuild@0.25.0': true, '@scope/tool@1.0.0': true, 'evil-dep': false } },
    { allowScripts: { 'a@1.0.0': true, 'a@1.1.0': true, 'a@2.0.0': false } },
  ],
  [
    'pnpm',
    'pnpm-workspace.yaml',
    { allowBuilds: { 'esbuild@0.25.0': true, '@scope/tool@1.0.0': true, 'evil-dep': false } },
    { allowBuilds: { 'a@1.0.0 || 1.1.0': true, 'a@2.0.0': false } },
  ],
  [
    'pnpm10',
    'pnpm-workspace.yaml',
    { onlyBuiltDependencies: ['esbuild@0.25.0', '@scope/tool@1.0.0'], ignoredBuiltDependencies: ['evil-dep'] },
    { onlyBuiltDependencies: ['a@1.0.0 || 1.1.0'], ignoredBuiltDependencies: [] },
  ],
  [
    'yarn',
    'package.json',
    {
      dependenciesMeta: {
        'esbuild@0.25.0': built,
        '@scope/tool@1.0.0': built,
        'evil-dep': not,
        'evil-dep@1.0.0': not,
        'evil-dep@2.0.0': not,
      },
    },
    { dependenciesMeta: { 'a@1.0.0': built, 'a@1.1.0': built, a: not, 'a@2.0.0': not } },
  ],
  ['bun', 'package.json', { trustedDependencies: ['@scope/tool', 'esbuild'] }, { trustedDependencies: [] }],
];

/** Its list contains less than the report. */
const OF_BUN = [expect.stringContaining('names only'), expect.stringContaining("Bun's own list")];

describe("a report's decision about scripts", () => {
  it('has a row here for every form', () => {
    expect(ROWS.map(([form]) => form)).toEqual(FORMS.map(({ name }) => name));
  });

  it.each(ROWS)('for %s: the watched version is allowed, the name is refused', (form, file, expected) => {
    const written = write(form, decision);
    expect(written.file).toBe(file);
    expect(parse(written.text)).toEqual(expected);
    expect(written.notes).toEqual(form === 'bun' ? OF_BUN : []);
  });

  it.each(ROWS)('for %s: a refused version does not take the allowed ones with it', (form, _file, _plain, expected) => {
    expect(parse(write(form, mixed).text)).toEqual(expected);
  });

  it('refuses unneeded scripts by name, unless another version of the package is allowed', () => {
    const useless = { recommended: ['a@1.0.0'], refused: [], unneeded: ['a@2.0.0', 'banner@1.0.0'] };
    expect(parse(write('npm', useless).text)).toEqual({ allowScripts: { 'a@1.0.0': true, banner: false } });
  });

  it('yarn below 4.14 runs scripts that are not named, unless another file forbids it', () => {
    expect(write('yarn', decision).beside).toMatchObject({ file: '.yarnrc.yml', text: 'enableScripts: false\n' });
  });

  it.each(FORMS)('keeps a hostile name from being more than a name: $name', ({ name: form }) => {
    const name = 'x": true, "allow-all';
    const written: unknown = parse(write(form, { recommended: [`${name}@1.0.0`], refused: [] }).text);
    expect(JSON.stringify(written)).toContain(JSON.stringify(form === 'bun' ? name : `${name}@1.0.0`));
  });
});

const GIT = 'git+ssh://git@github.com/acme/tool.git#0123456789abcdef0123456789abcdef01234567';
const URL = 'https://files.example/odd-1.0.0.tgz';

/** Packages that are not from the registry: `[from, resolved, npm's key when allowed, and when refused, pnpm's key when allowed]`. */
const ELSEWHERE: readonly [InstalledRow['from'], string, string, string, string][] = [
  ['git', GIT, GIT, GIT.replace(/#.*/, ''), `odd@${GIT}`],
  ['tarball', URL, URL, URL, `odd@${URL}`],
  ['tarball', 'file:vendor/odd.tgz', 'file:vendor/odd.tgz', 'file:vendor/odd.tgz', 'odd@file:vendor/odd.tgz'],
  ['link', 'packages/odd', 'file:packages/odd', 'file:packages/odd', 'odd@file:packages/odd'],
];

describe('a package that is not of the registry', () => {
  const allowed = { recommended: ['odd@1.0.0'], refused: [] };
  const refused = { recommended: [], refused: ['odd@1.0.0'] };

  it.each(ELSEWHERE)('%s %s: npm and pnpm take its address', (from, resolved, allow, refuse, pnpmAllow) => {
    const installed = [row('odd@1.0.0', from, resolved)];
    expect(parse(write('npm', allowed, installed).text)).toEqual({ allowScripts: { [allow]: true } });
    expect(parse(write('npm', refused, installed).text)).toEqual({ allowScripts: { [refuse]: false } });
    expect(parse(write('pnpm', allowed, installed).text)).toEqual({ allowBuilds: { [pnpmAllow]: true } });
    expect(parse(write('pnpm', refused, installed).text)).toEqual({ allowBuilds: { odd: false } });
  });

  it('yarn takes its name and version like any other', () => {
    const installed = [row('odd@1.0.0', 'git', GIT)];
    expect(parse(write('yarn', allowed, installed).text)).toEqual({ dependenciesMeta: { 'odd@1.0.0': built } });
  });

  it('one package of the registry, and one from elsewhere by the same name and version, are two', () => {
    const installed = [row('odd@1.0.0', 'registry', null), row('odd@1.0.0', 'tarball', URL)];
    expect(parse(write('npm', allowed, installed).text)).toEqual({ allowScripts: { 'odd@1.0.0': true, [URL]: true } });
  });

  it.each<[string, InstalledRow['from'], RegExp]>([
    ['bundled in another one', 'bundled', /^odd@1\.0\.0 is bundled .* no list can allow them$/],
    ['a workspace', 'workspace', /^odd@1\.0\.0 is a part of the project/],
    ['unknown to the record', 'unknown', /^odd@1\.0\.0 is not from the registry and has no known address/],
  ])('%s is in no list, and a note says so', (_what, from, note) => {
    for (const form of ['npm', 'pnpm']) {
      const written = write(form, allowed, [row('odd@1.0.0', from, null)]);
      expect(JSON.stringify(parse(written.text))).not.toContain('odd');
      expect(written.notes).toEqual([expect.stringMatching(note)]);
    }
  });
});

describe('packages with scripts that are neither allowed nor refused', () => {
  const scripted = (name: string, version: string) => ({
    ...{ name, version, scripts: ['install'], ran: true, commands: [], wrote: 0, findings: 0, needed: null },
  });
  const undecided = report({
    packages: [scripted('a', '1.0.0'), scripted('a', '2.0.0'), scripted('b', '1.0.0')],
    allowScripts: { recommended: ['a@1.0.0', 'b@1.0.0'], refused: [] },
  });
  const written = (form: string) => allowScriptsForm(undecided, formNamed(form));

  it('bun trusts no name of which such a version would run, too', () => {
    expect(parse(written('bun').text)).toEqual({ trustedDependencies: ['b'] });
    expect(written('bun').notes[0]).toMatch(/^a is not allowed in every version/);
  });

  it.each([
    ['pnpm', /^pnpm 11 and later fail .* until these are allowed or refused, too: a@2\.0\.0$/],
    ['npm', /^npm 11 runs what is not in the list; npm 12 does not: a@2\.0\.0$/],
  ])('%s has a note about them; none is in its list', (form, note) => {
    const { text, notes } = written(form);
    expect(Object.values(parse(text))).toEqual([{ 'a@1.0.0': true, 'b@1.0.0': true }]);
    expect(notes).toEqual([expect.stringMatching(note)]);
  });

  it('yarn needs no word of them: what is not in its list does not run', () => {
    expect(parse(written('yarn').text)).toEqual({ dependenciesMeta: { 'a@1.0.0': built, 'b@1.0.0': built } });
    expect(written('yarn').notes).toEqual([]);
  });
});

it('npm identifies a version by its address in the lock file: an entry without one is reported as useless', () => {
  const installed = [{ ...row('a@1.0.0', 'registry', null), integrity: 'sha512-x' }];
  const written = write('npm', { recommended: ['a@1.0.0'], refused: [] }, installed);
  expect(written.notes).toEqual([expect.stringMatching(/^a@1\.0\.0 has no address in the lock file/)]);
});

describe('the form of the package manager that ran', () => {
  it.each([
    ['npm', '12.2.0', 'npm'],
    ['pnpm', '12.21.0', 'pnpm'],
    ['yarn', '4.18.1', 'yarn'],
    ['yarn', '1.22.22', undefined],
    ['bun', '1.4.5', 'bun'],
    ['bundler', '2.3.0', undefined],
  ])('%s %s: %s', (name, version, form) => {
    const manager = { name, version, reason: '', leftOut: [] };
    expect(formFor(report({ manager }))?.name).toBe(form);
  });
});
