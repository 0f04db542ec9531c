import type { Published } from './local-registry.js';

/** The folder of a project in which the postinstall of each package leaves a file, by `markOf`. */
export const MARKS = 'ran';

/** What the script of a package leaves: its name and version, with `+` for a slash. */
export function markOf(name: string, version: string): string {
  return `${name.replace('/', '+')}@${version}`;
}

function marking(spec: string, more: object = {}, files: Published['files'] = {}): Published {
  const at = spec.lastIndexOf('@');
  const [name, version] = [spec.slice(0, at), spec.slice(at + 1)];
  const code = `require('node:fs').writeFileSync('/project/${MARKS}/${markOf(name, version)}', '')`;
  const manifest = { name, version, scripts: { postinstall: 'node mark.js' }, ...more };
  return { manifest, files: { 'mark.js': code, ...files } };
}

/** A package of the same name as one of the registry, from an address of its own. */
export const ELSEWHERE = marking('shared@9.0.0');

const needing = (name: string, dependencies: Readonly<Record<string, string>>): Published => ({
  manifest: { name, version: '1.0.0', dependencies },
});

/** In the folder of another package; yarn fetches both from the registry all the same. */
const BUNDLED = [marking('passenger@1.0.0'), marking('both@3.0.0')];
const bundledFiles = BUNDLED.flatMap(({ manifest, files = {} }) =>
  Object.entries({ 'package.json': manifest, ...files }).map(
    ([file, content]) => [`node_modules/${manifest.name}/${file}`, content] as const,
  ),
);
const bundling = {
  dependencies: Object.fromEntries(BUNDLED.map(({ manifest: { name, version } }) => [name, version])),
  bundleDependencies: BUNDLED.map(({ manifest }) => manifest.name),
};

/** What the registry has. */
export const PUBLISHED: readonly Published[] = [
  ...['good', 'bad', '@scope/good', '@scope/bad', 'real', 'hidden', 'shared'].map((name) => marking(`${name}@1.0.0`)),
  ...['both@1.0.0', 'both@2.0.0', 'mixed@1.0.0', 'mixed@2.0.0'].map((spec) => marking(spec)),
  // Bun trusts this name where a project has no list of its own.
  marking('esbuild@0.1.0'),
  ...BUNDLED,
  marking('carrier@1.0.0', bundling, Object.fromEntries(bundledFiles)),
  needing('others', { both: '2.0.0', mixed: '2.0.0', shared: '1.0.0' }),
  // The alias is the name of a package that is allowed.
  needing('disguise', { good: 'npm:hidden@1.0.0' }),
];

/** Whose scripts did what they should not, as `name@version`. */
export const MISBEHAVING: readonly string[] = ['bad@1.0.0', '@scope/bad@1.0.0', 'mixed@2.0.0', 'esbuild@0.1.0'];

/** Of the project that needs them all; `elsewhere`: the address of `ELSEWHERE`. */
export function dependenciesOn(elsewhere: string): Readonly<Record<string, string>> {
  return {
    ...{ good: '1.0.0', bad: '1.0.0', '@scope/good': '1.0.0', '@scope/bad': '1.0.0', nickname: 'npm:real@1.0.0' },
    ...{ both: '1.0.0', mixed: '1.0.0', esbuild: '0.1.0', others: '1.0.0', disguise: '1.0.0', carrier: '1.0.0' },
    shared: elsewhere,
  };
}
