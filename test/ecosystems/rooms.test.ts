import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { MANAGERS } from '../../src/ecosystems/managers.js';
import { MANAGER_NAMES } from '../../src/ecosystems/names.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Where a package manager's name stands outside of its room all the same, and what it may stand in there. It decides nothing in
 * any of these: it is part of another system's protocol, of a file that attackers look for, or of a text for people.
 */
const ALLOWED: readonly (readonly [file: string, texts: RegExp, why: string])[] = [
  ['src/report/environment/variables.ts', /./, 'variables by which programs of the image load code'],
  ['src/report/attribution/processes/handed-over.ts', /bun/, 'a runtime among the interpreters'],
  ['src/report/attribution/processes/interpreter-words.ts', /bun/, 'a runtime among the interpreters'],
  ['src/egress/registry/front-headers.ts', /^application\/vnd\.npm\./, "media types of npm's registry protocol"],
  ['src/egress/registry/package-asked.ts', /\/packages\/npm\//, 'a path of GitLab'],
  ['src/egress/cache/wanted.ts', /^application\/vnd\.npm\./, "a media type of npm's registry protocol"],
  ['src/egress/registry/routes.ts', /api\\?\/npm|packages\\?\/npm/, 'paths of Artifactory and GitLab'],
  ['src/sandbox/decoys/', /./, 'credentials as they lie on a CI machine, whatever installs there'],
  ['src/app/config/config-schema.ts', / npm (registry|scopes) /, 'what kind of registry a setting is about'],
  ['src/cli/behaviours/help.ts', /packages of npm's registry/, 'a text that says which registry is measured'],
  ['src/cli/run/command.ts', /npm start/, "Packwarden's own script"],
  ['src/cli/machine/demo.ts', /npm package|npm start/, "Packwarden's own package and its script"],
];

/** The words of an identifier or text: `isYarn1`, `NPM_TOKEN` and `.npmrc-file` hold `yarn`, `npm` and `npmrc`. */
function wordsOf(text: string): readonly string[] {
  return text
    .replaceAll(/([a-z])(?=[A-Z])/g, '$1 ')
    .toLowerCase()
    .split(/[^a-z]+/);
}

/** Identifiers, strings and regular expressions of a source file, with their lines. */
function textsOf(path: string): readonly (readonly [text: string, line: number])[] {
  const source = ts.createSourceFile(path, readFileSync(`${ROOT}${path}`, 'utf8'), ts.ScriptTarget.Latest, true);
  const found: (readonly [string, number])[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isLiteralExpression(node) || isTemplatePart(node)) {
      found.push([node.text, source.getLineAndCharacterOfPosition(node.getStart()).line + 1]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTemplatePart(node: ts.Node): node is ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail {
  return ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
}

const sources = globSync(['src/**/*.ts', '!src/ecosystems/**'], { cwd: ROOT }).toSorted();
const isName = (word: string): boolean => MANAGER_NAMES.some((name) => name === word);

describe('a room for each package manager', () => {
  it('no other room has code about one of them by its name', () => {
    expect(sources.length).toBeGreaterThan(200);
    const strangers = sources.flatMap((path) =>
      textsOf(path)
        .filter(([text]) => wordsOf(text).some(isName))
        .filter(([text]) => !ALLOWED.some(([where, texts]) => path.startsWith(where) && texts.test(text)))
        .map(([text, line]) => `${path}:${line} ${text}`),
    );
    expect(strangers).toEqual([]);
  });

  it('no other room takes anything out of the room of one of them, or of one runtime', () => {
    // What every container has in its environment is in that file, whatever installs there.
    const inside = /ecosystems\/(?!node\/environment\.js$|(?:recognition|image)\/)[\w-]+\//;
    const strangers = sources.filter((path) => textsOf(path).some(([text]) => inside.test(text)));
    expect(strangers).toEqual([]);
  });

  it.each(ALLOWED)('%s still needs its exception for %s', (where, texts) => {
    const named = sources.filter((path) => path.startsWith(where)).flatMap(textsOf);
    expect(named.some(([text]) => texts.test(text) && wordsOf(text).some(isName))).toBe(true);
  });

  it('every name that a request may give has a room, and every room a name', () => {
    expect([...new Set(MANAGERS.map(({ name }) => name))].toSorted()).toEqual([...MANAGER_NAMES].toSorted());
  });
});
