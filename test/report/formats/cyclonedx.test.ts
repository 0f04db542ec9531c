import { describe, expect, it } from 'vitest';
import { cyclonedx } from '../../../src/report/formats/cyclonedx/cyclonedx.js';
import type { InstalledRow, Report } from '../../../src/report/report.js';
import { finding, ID, report } from '../../api/reports.js';
import { cycloneDxFaults } from './validators.js';

const CONTEXT = { file: 'package-lock.json', reportUrl: null, version: '1.2.3' };
const SHA512 = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;
const SHA1 = `sha1-${Buffer.alloc(20, 1).toString('base64')}`;

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

interface Document {
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly metadata: {
    readonly timestamp: string;
    readonly component: Component;
    readonly properties: Component['properties'];
  };
  readonly components: readonly Component[];
  readonly dependencies?: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

function row(changes: Partial<InstalledRow> = {}): InstalledRow {
  const name = changes.name ?? 'a';
  const folder = `node_modules/${name}`;
  return {
    name,
    version: '1.0.0',
    folder,
    from: 'registry',
    resolved: null,
    integrity: null,
    dependsOn: [],
    ...changes,
  };
}

async function documentOf(changes: Partial<Report>): Promise<Document> {
  const text = await cyclonedx.render(report(changes), CONTEXT);
  expect(await cycloneDxFaults(text)).toEqual([]);
  return JSON.parse(text) as Document;
}

async function componentOf(changes: Partial<InstalledRow>, more: Partial<Report> = {}): Promise<Component> {
  const { components } = await documentOf({ installed: [row(changes)], ...more });
  expect(components).toHaveLength(1);
  return components[0] as Component;
}

const told = ({ properties = [] }: { readonly properties?: Component['properties'] }, name: string) =>
  properties.filter((property) => property.name === `packwarden:${name}`).map(({ value }) => value);

const ruby = { manager: { name: 'bundler', version: '2.6.0', reason: 'asked for', leftOut: [] } };

describe('where a package came from', () => {
  it.each<[string, Partial<InstalledRow>, string, string | null]>([
    [
      'the public registry',
      { resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' },
      'pkg:npm/a@1.0.0',
      'distribution https://registry.npmjs.org/a/-/a-1.0.0.tgz',
    ],
    [
      'its other name',
      { resolved: 'https://registry.yarnpkg.com/a/-/a-1.0.0.tgz' },
      'pkg:npm/a@1.0.0',
      'distribution https://registry.yarnpkg.com/a/-/a-1.0.0.tgz',
    ],
    ['a registry, at an address that is not recorded', {}, 'pkg:npm/a@1.0.0', null],
    [
      'a scope',
      { name: '@us/a', version: '1.0.0+b', resolved: 'https://registry.npmjs.org/@us/a/-/a-1.0.0.tgz' },
      'pkg:npm/%40us/a@1.0.0%2Bb',
      'distribution https://registry.npmjs.org/@us/a/-/a-1.0.0.tgz',
    ],
    ['a name with big letters', { name: 'JSONStream' }, 'pkg:npm/JSONStream@1.0.0', null],
    [
      'a private registry',
      { name: '@us/a', resolved: 'https://npm.corp.example:8443/repo/npm/@us%2fa/-/a-1.0.0.tgz' },
      'pkg:npm/%40us/a@1.0.0?repository_url=https:%2F%2Fnpm.corp.example:8443%2Frepo%2Fnpm',
      'distribution https://npm.corp.example:8443/repo/npm/@us%2fa/-/a-1.0.0.tgz',
    ],
    [
      'the registry of a Git host',
      { name: '@us/a', resolved: 'https://npm.pkg.github.com/download/@us/a/1.0.0/abc' },
      'pkg:npm/%40us/a@1.0.0?repository_url=https:%2F%2Fnpm.pkg.github.com',
      'distribution https://npm.pkg.github.com/download/@us/a/1.0.0/abc',
    ],
    [
      'a registry whose address holds credentials',
      { resolved: 'https://u:secret@npm.corp.example/a/-/a-1.0.0.tgz' },
      'pkg:npm/a@1.0.0?repository_url=https:%2F%2Fnpm.corp.example',
      'distribution https://npm.corp.example/a/-/a-1.0.0.tgz',
    ],
    [
      'git over ssh',
      { from: 'git', resolved: 'git+ssh://git@git.example/u/a.git#0123abc' },
      'pkg:npm/a@1.0.0?vcs_url=git%2Bssh:%2F%2Fgit%40git.example%2Fu%2Fa.git%400123abc',
      'vcs git+ssh://git@git.example/u/a.git',
    ],
    [
      'git over https, with a token',
      { from: 'git', resolved: 'https://token@git.example/u/a.git#0123abc' },
      'pkg:npm/a@1.0.0?vcs_url=git%2Bhttps:%2F%2Fgit.example%2Fu%2Fa.git%400123abc',
      'vcs https://git.example/u/a.git',
    ],
    [
      'git as ssh writes it',
      { from: 'git', resolved: 'git@git.example:u/a.git' },
      'pkg:npm/a@1.0.0?vcs_url=git%2Bssh:%2F%2Fgit%40git.example%2Fu%2Fa.git',
      'vcs ssh://git@git.example/u/a.git',
    ],
    [
      'a tarball',
      { from: 'tarball', resolved: 'https://files.example/a b.tgz?x=[1]' },
      'pkg:npm/a@1.0.0?download_url=https:%2F%2Ffiles.example%2Fa%2520b.tgz%3Fx%3D%255B1%255D',
      'distribution https://files.example/a%20b.tgz?x=%5B1%5D',
    ],
    ['a tarball of the project', { from: 'tarball', resolved: 'vendor/a.tgz' }, 'pkg:npm/a@1.0.0', null],
    ['a folder', { from: 'folder', resolved: 'lib/a' }, 'pkg:npm/a@1.0.0', null],
    ['a link', { from: 'link', resolved: '../a' }, 'pkg:npm/a@1.0.0', null],
    ['a workspace', { from: 'workspace', resolved: 'packages/a' }, 'pkg:npm/a@1.0.0', null],
    ['inside of another package', { from: 'bundled' }, 'pkg:npm/a@1.0.0', null],
    ['nobody knows where', { from: 'unknown' }, 'pkg:npm/a@1.0.0', null],
    ['an address that is none', { from: 'tarball', resolved: 'https://[x' }, 'pkg:npm/a@1.0.0', null],
  ])('%s', async (_title, changes, purl, reference) => {
    const component = await componentOf(changes);
    expect(component.purl).toBe(purl);
    expect(component.externalReferences?.map(({ type, url }) => `${type} ${url}`) ?? []).toEqual(
      reference === null ? [] : [reference],
    );
    expect(told(component, 'from')).toEqual([changes.from ?? 'registry']);
    expect(told(component, 'folder')).toEqual([`node_modules/${changes.name ?? 'a'}`]);
    expect(told(component, 'resolved')).toEqual(reference === null && changes.resolved ? [changes.resolved] : []);
  });

  it.each([
    ['https://rubygems.org/gems/rake-13.0.0.gem', 'pkg:gem/rake@13.0.0'],
    [
      'https://gems.corp.example/private/gems/rake-13.0.0.gem',
      'pkg:gem/rake@13.0.0?repository_url=https:%2F%2Fgems.corp.example%2Fprivate',
    ],
  ])('a gem of %s', async (resolved, purl) => {
    expect((await componentOf({ name: 'rake', version: '13.0.0', resolved }, ruby)).purl).toBe(purl);
  });
});

describe('what a package is', () => {
  it.each<[string, string | null, readonly string[], readonly string[]]>([
    ['nothing is demanded', null, [], []],
    ['SHA-512', SHA512, [`SHA-512 ${'07'.repeat(64)}`], []],
    ['several', `${SHA1} ${SHA512}?opt`, [`SHA-1 ${'01'.repeat(20)}`, `SHA-512 ${'07'.repeat(64)}`], []],
    ['one of two', `${SHA1} sha1-${Buffer.alloc(20).toString('base64')}`, [], ['itself']],
    ['the hash of a cache’s own file', '10c0/0123abcd', [], ['itself']],
    ['a digest of another length', 'sha512-AAAA', [], ['itself']],
    ['an unknown algorithm', 'constructor-AAAA', [], ['itself']],
  ])('hashes: %s', async (_title, integrity, hashes, kept) => {
    const component = await componentOf({ integrity });
    expect(component.hashes?.map(({ alg, content }) => `${alg} ${content}`) ?? []).toEqual(hashes);
    expect(told(component, 'integrity')).toEqual(kept.map(() => integrity));
  });

  it('has what it calls itself, and what was found against it, in each of its folders', async () => {
    const evil = { name: 'evil', version: '2.0.0' };
    const { components, metadata } = await documentOf({
      verdict: 'findings',
      installed: [
        row({ ...evil, calledItself: 'esbuild' }),
        row({ ...evil, folder: 'node_modules/b/node_modules/evil' }),
        row({ ...evil, version: '1.0.0', folder: 'node_modules/c/node_modules/evil' }),
      ],
      findings: [
        finding({ package: { ...evil, path: [] }, priority: 'CRITICAL' }),
        finding({ package: { ...evil, path: [] }, priority: 'CRITICAL' }),
        finding({ package: null }),
      ],
    });
    expect(components.map((component) => told(component, 'verdict'))).toEqual([['findings'], ['findings'], []]);
    expect(components.map((component) => told(component, 'finding').length)).toEqual([1, 1, 0]);
    expect(told(components[0] as Component, 'finding')).toEqual([
      'CRITICAL Unexpected outbound connection destination',
    ]);
    expect(components.map((component) => told(component, 'calledItself'))).toEqual([['esbuild'], [], []]);
    expect(new Set(components.map((component) => component['bom-ref'])).size).toBe(3);
    expect(told(metadata, 'verdict')).toEqual(['findings']);
  });

  it.each([
    ['control characters', 'a\u001b[2Jb'],
    ['a direction override', 'evil\u202egpj'],
    ['half a character', 'a\ud800b'],
    ['10,000 characters', 'x'.repeat(10_000)],
    ['spaces around it', ' a '],
    ['no characters', ''],
    ['a scope alone', '@us/'],
  ])('a name of %s is no package URL’s, and the document stays valid', async (_title, name) => {
    const component = await componentOf({ name, folder: name });
    expect(component.purl).toBeUndefined();
    expect(component.name.length).toBeLessThan(300);
  });

  it('a version of words is one in the package URL too', async () => {
    const component = await componentOf({ version: "1.0 (o'clock) a/b?c#d" });
    expect(component.purl).toBe('pkg:npm/a@1.0%20%28o%27clock%29%20a%2Fb%3Fc%23d');
  });
});

describe('the document', () => {
  const project = { name: '@us/app', version: '3.0.0', dependsOn: [0] };

  it('is about the project, with what depends on what, and is the same whenever it is asked for', async () => {
    const installed = [row({ name: 'a', dependsOn: [1, 1] }), row({ name: 'b', dependsOn: [] })];
    const first = await documentOf({ project, installed });
    expect(first).toMatchObject({
      specVersion: '1.6',
      serialNumber: `urn:uuid:${ID}`,
      metadata: {
        timestamp: '2026-11-21T10:00:30.000Z',
        component: { type: 'application', group: '@us', name: 'app', version: '3.0.0' },
      },
      dependencies: [
        { ref: '.', dependsOn: ['node_modules/a'] },
        { ref: 'node_modules/a', dependsOn: ['node_modules/b'] },
        { ref: 'node_modules/b' },
      ],
    });
    expect(await documentOf({ project, installed })).toEqual(first);
  });

  it('does not say that a package depends on nothing where that is not known', async () => {
    const { dependsOn, ...old } = row();
    expect((await documentOf({ project, installed: [old] })).dependencies).toBeUndefined();
    expect((await documentOf({ installed: [row()] })).dependencies).toBeUndefined();
    expect((await documentOf({})).dependencies).toBeUndefined();
  });

  it('of an install that failed is empty, and says why', async () => {
    const incomplete = [{ code: 'fetch-failed', message: 'the fetch failed' }];
    const { components, metadata } = await documentOf({
      status: 'incomplete',
      verdict: 'incomplete',
      installed: [],
      disagreements: ['x is not on the disk'],
      incomplete,
    });
    expect(components).toEqual([]);
    expect(told(metadata, 'verdict')).toEqual(['incomplete']);
    expect(told(metadata, 'incomplete')).toEqual(['the fetch failed (fetch-failed)']);
    expect(told(metadata, 'disagreement')).toEqual(['x is not on the disk']);
  });

  it('gives each package its own identifier, even if folders look alike', async () => {
    const long = `node_modules/${'x'.repeat(400)}`;
    const folders = ['.', '', '', long, `${long}y`, 'a', 'a#6', 'a'];
    const { components } = await documentOf({ installed: folders.map((folder) => row({ folder })) });
    expect(components).toHaveLength(folders.length);
  });

  it('of 5,000 packages is quick', async () => {
    const installed = Array.from({ length: 5_000 }, (_, at) =>
      row({ name: `p${at}`, integrity: SHA512, dependsOn: [(at + 1) % 5_000, (at * 7) % 5_000] }),
    );
    const started = performance.now();
    const { components } = JSON.parse(await cyclonedx.render(report({ installed, project }), CONTEXT)) as Document;
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(new Set(components.map((component) => component['bom-ref'])).size).toBe(5_000);
  });
});
