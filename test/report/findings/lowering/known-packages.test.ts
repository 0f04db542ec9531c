import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KNOWN_PACKAGES_FILE } from '../../../../src/app/own-rules.js';
import type { Origin, OriginKind } from '../../../../src/ecosystems/installed-package.js';
import type { EgressRecord } from '../../../../src/egress/record.js';
import { buildReport } from '../../../../src/report/build.js';
import { readKnownPackages } from '../../../../src/report/findings/lowering/known-packages.js';
import { alertAt, evidence, folded, IMPORT, PROJECT, pkg, type Start, scriptsOf, treeOf } from '../../evidence.js';

const known = await readKnownPackages(KNOWN_PACKAGES_FILE);
const names = ['cypress', 'evil-dep', 'aws-sdk'];
const packages = [pkg('.', names), ...names.map((name) => pkg(`node_modules/${name}`, [], ['install']))];

function verdictOf(name: string, host: string, port: number | null, installed = packages) {
  const folder = installed.find((one) => one.name === name)?.realPath ?? '';
  const tree = treeOf([
    ...scriptsOf(folder.slice(PROJECT.length + '/node_modules/'.length)),
    [2, 20, 10, folder, 'sh -c node install.js'],
  ]);
  const contact = { 'proc.pid': '20', 'fd.name': '172.18.0.2:40000->172.18.0.1:3128' };
  const base = evidence({ packages: installed, tree, known });
  base.contacts.add(alertAt(3, 'Packwarden proxy connection', contact, 'DEBUG'));
  const seen = base.finishedAt - 17_000;
  const record: EgressRecord = {
    host,
    port,
    via: 'proxy',
    allowed: false,
    count: 1,
    first: seen,
    last: seen,
    bytesSent: 0,
    bytesReceived: 0,
    clientPorts: [40000],
    requests: [],
    requestsLeft: 0,
    unread: [],
  };
  return buildReport({ ...base, egress: [record] });
}

const rows: readonly [string, string, number | null, string][] = [
  ['cypress', 'download.cypress.io', 443, 'clean'],
  ['cypress', 'download.cypress.io', 8443, 'findings'],
  ['cypress', 'download.cypress.io.attacker.invalid', 443, 'findings'],
  ['cypress', 'cdn.playwright.dev', 443, 'findings'],
  ['evil-dep', 'download.cypress.io', 443, 'findings'],
  ['evil-dep', 'nodejs.org', 443, 'clean'],
];

describe('a known package that asks its known host', () => {
  it.each(rows)('%s → %s:%s is %s', (name, host, port, verdict) => {
    expect(verdictOf(name, host, port).verdict).toBe(verdict);
  });

  it('is an observation that says why', () => {
    const [observed] = verdictOf('cypress', 'download.cypress.io', 443).observations;
    expect(observed).toMatchObject({ priority: 'NOTICE', package: { name: 'cypress' } });
    expect(observed?.known).toContain('prebuilt');
  });
});

describe('a package of a known name', () => {
  const origin = (kind: OriginKind, integrity: string | null): Origin => ({ kind, resolved: null, integrity });
  it.each<[string, Origin]>([
    ['in a folder of the project', origin('link', null)],
    ['copied from a folder', origin('folder', null)],
    ['from a tarball', origin('tarball', 'sha512-x')],
    ['from a git repository', origin('git', null)],
    ['inside of another package', origin('bundled', null)],
    ['that no record knows', origin('unknown', null)],
    ['of a registry, whose content nothing demands', origin('registry', null)],
  ])("%s is not taken for the registry's", (_case, from) => {
    const impostor = { ...pkg('node_modules/cypress', [], ['install']), from };
    const installed = [pkg('.', ['cypress']), impostor];
    expect(verdictOf('cypress', 'download.cypress.io', 443, installed).verdict).toBe('findings');
    expect(verdictOf('cypress', 'nodejs.org', 443, installed).verdict).toBe('clean');
  });

  it('that another package was installed under is not its own', () => {
    const alias = { ...pkg('node_modules/cypress', [], ['install']), calledItself: 'evil-dep' };
    const installed = [pkg('.', ['cypress']), alias];
    expect(verdictOf('cypress', 'download.cypress.io', 443, installed).verdict).toBe('findings');
  });
});

describe('a known library that looks for credentials', () => {
  const fields = { 'proc.pid': '30', 'fd.name': '/home/ci/.aws/config' };
  const scriptless = packages.map((installed) => ({ ...installed, scripts: [] }));
  const alerts = [folded(alertAt(12, 'Read of cloud credentials', fields))];
  const verdictOfRead = (starts: readonly Start[]) =>
    buildReport(evidence({ packages: scriptless, tree: treeOf(starts), known, alerts })).verdict;
  const importOf = (name: string): readonly Start[] => [
    ...IMPORT,
    [11, 30, 10, PROJECT, `node /opt/ci/node/load.cjs ${name}`],
  ];

  it('when it is loaded, is an observation', () => expect(verdictOfRead(importOf('aws-sdk'))).toBe('clean'));
  it('another package, when it is loaded, is not', () => expect(verdictOfRead(importOf('evil-dep'))).toBe('findings'));
});

it('every rule that the file names is one of ours', () => {
  const folder = fileURLToPath(new URL('../../../../rules/', import.meta.url));
  const rules = readFileSync(`${folder}packwarden_credentials.yaml`, 'utf8');
  for (const { rule } of known.reads) expect(rules).toContain(`- rule: ${rule}\n`);
});
