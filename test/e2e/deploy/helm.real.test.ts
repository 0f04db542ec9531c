import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

/** deploy/helm rendered by Go's templates and sprig, as Helm does it, and held against Kubernetes' own schemas. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const CHART = join(ROOT, 'deploy/helm');
const folder = mkdtempSync(join(tmpdir(), 'pw-helm-'));
const renderer = join(folder, 'render');
const require = createRequire(import.meta.url);

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  // Whatever a kind has; its schema is checked.
  readonly spec: Record<string, unknown>;
}

beforeAll(() => {
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: join(folder, 'cache') };
  execFileSync('go', ['build', '-o', renderer, join(ROOT, 'test/helm/render.go')], { env });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

function render(values: object = {}): readonly KubernetesObject[] {
  const text = execFileSync(renderer, [CHART, 'demo'], { input: JSON.stringify(values), encoding: 'utf8' });
  const documents = parseAllDocuments(text);
  for (const { errors } of documents) expect(errors).toEqual([]);
  return documents.map((document) => document.toJS() as KubernetesObject | null).filter((object) => object !== null);
}

const namesOf = (objects: readonly KubernetesObject[]): string[] =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();

const VALUES: readonly (readonly [string, object])[] = [
  ['as it is', {}],
  ['for a trial', { redis: { bundled: true } }],
  [
    'with everything',
    {
      image: { registry: 'registry.example:5000/team', tag: '1.2.3', pullSecrets: ['pull'] },
      settings: { PACKWARDEN_GRACE_S: 20, PACKWARDEN_EGRESS_ALLOW: 'a.example,*.b.example: x' },
      api: {
        allowFrom: [{ namespaceSelector: {} }],
        nodeSelector: { zone: 'a' },
        tolerations: [{ operator: 'Exists' }],
      },
      worker: { falcoFile: '/var/log/falco/events.json' },
      storage: { existingClaim: 'mine' },
      redis: { url: 'rediss://redis.example:6380' },
    },
  ],
];

describe.each(VALUES)('the chart %s', (_title, values) => {
  it('is what Kubernetes takes', () => {
    for (const object of render(values)) {
      const models = require(`kubernetes-models/${object.apiVersion}`) as Record<
        string,
        new (
          data: object,
        ) => { validate(): void }
      >;
      const Model = models[object.kind];
      expect(Model, object.kind).toBeDefined();
      if (Model !== undefined) expect(() => new Model(object).validate()).not.toThrow();
    }
  });

  it('gives what is root on a node to workers alone', () => {
    const text = (kind: string): string => JSON.stringify(render(values).filter((object) => object.kind === kind));
    for (const word of ['hostNetwork', 'hostPID', 'hostPath', 'SYS_ADMIN']) {
      expect([word, text('Deployment').includes(word), text('StatefulSet').includes(word)]).toEqual([
        word,
        false,
        false,
      ]);
      expect(text('DaemonSet')).toContain(word);
    }
    expect(text('Deployment')).toContain('"runAsNonRoot":true');
    expect(text('Deployment') + text('DaemonSet')).not.toContain('"readOnlyRootFilesystem":false');
    expect(text('DaemonSet')).not.toContain('"privileged":true');
  });
});

it('makes just what was asked for', () => {
  const base = [
    'DaemonSet demo-packwarden-worker',
    'Deployment demo-packwarden-api',
    'NetworkPolicy demo-packwarden-api',
  ];
  const more = ['PodDisruptionBudget demo-packwarden-api', 'Service demo-packwarden'];
  const claim = 'PersistentVolumeClaim demo-packwarden-data';
  expect(namesOf(render())).toEqual([...base, claim, ...more].sort());
  expect(namesOf(render({ storage: { existingClaim: 'mine' } }))).toEqual([...base, ...more].sort());
  const redis = ['NetworkPolicy', 'Service', 'StatefulSet'].map((kind) => `${kind} demo-packwarden-redis`);
  expect(namesOf(render({ redis: { bundled: true } }))).toEqual([...base, claim, ...more, ...redis].sort());
  const open = render({ networkPolicy: { enabled: false } });
  expect(namesOf(open).filter((name) => name.startsWith('NetworkPolicy'))).toEqual([]);
});

it('takes the images and the version of this project', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const rendered = JSON.stringify(render({ redis: { bundled: true } }));
  const images = new Set([...rendered.matchAll(/"image":"([^"]+)"/g)].map(([, image]) => image));
  expect([...images].sort()).toEqual(['api', 'redis', 'worker'].map((name) => `packwarden/${name}:${version}`));
});

it('a settings value is text, whatever stands in it', () => {
  const text = JSON.stringify(VALUES.map(([, values]) => render(values)));
  expect(text).toContain('{"name":"PACKWARDEN_EGRESS_ALLOW","value":"a.example,*.b.example: x"}');
  expect(text).toContain('{"name":"PACKWARDEN_GRACE_S","value":"20"}');
});
