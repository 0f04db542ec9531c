import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}/${path}`, 'utf8');

const serviceSchema = z.object({
  image: z.string(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()),
  healthcheck: z.object({ test: z.array(z.string()) }),
  volumes: z.array(z.string()),
  ports: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  privileged: z.literal(false).optional(),
});
const composeSchema = z.object({ services: z.record(z.string(), serviceSchema) });

describe('deploy/compose.yaml', () => {
  const { services } = composeSchema.parse(parse(read('deploy/compose.yaml')));

  it('gives the Docker socket to the worker alone, and capabilities too', () => {
    const having = (what: (service: z.infer<typeof serviceSchema>) => boolean): string[] =>
      Object.entries(services).flatMap(([name, service]) => (what(service) ? [name] : []));
    expect(having(({ volumes }) => volumes.some((volume) => volume.includes('docker.sock')))).toEqual(['worker']);
    expect(having(({ cap_add }) => cap_add.length > 0)).toEqual(['worker']);
    expect(having(({ ports }) => ports.length > 0)).toEqual(['api']);
    expect(having(({ security_opt }) => security_opt.includes('no-new-privileges:true'))).toEqual([
      'redis',
      'api',
      'worker',
    ]);
  });

  it('listens on loopback, and takes secrets from files', () => {
    expect(services.api?.ports.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
    expect(services.api?.environment.PACKWARDEN_TOKENS_FILE).toBe(`/run/secrets/${services.api?.secrets[0]}`);
    const settings = Object.values(services).flatMap(({ environment }) => Object.entries(environment));
    for (const [name] of settings) expect(name).not.toMatch(/SECRET|PASSWORD|TOKEN$/);
  });

  it('runs the images of this version, which the Dockerfile makes', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const targets = [...read('Dockerfile').matchAll(/ AS (\w+)$/gm)].map(([, name]) => name);
    for (const [name, { image }] of Object.entries(services)) {
      expect(image).toBe(`packwarden/${name}:\${PACKWARDEN_VERSION:-${version}}`);
      expect(targets).toContain(name);
    }
  });
});

describe('deploy/helm/values.schema.json', () => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(read('deploy/helm/values.schema.json')) as object);
  const values = (change: object): object => ({ ...(parse(read('deploy/helm/values.yaml')) as object), ...change });

  it("takes the chart's own values", () => {
    expect(validate(values({})), JSON.stringify(validate.errors)).toBe(true);
  });

  it.each([
    ['a value that is none', { wroker: {} }],
    ['a setting of another name', { settings: { GRACE_S: '3' } }],
    ['a worker on every node', { worker: { nodeSelector: {} } }],
    ['a Redis of two kinds', { redis: { url: 'redis://redis:6379', bundled: true } }],
    ['a password in a value', { redis: { url: 'redis://:secret@redis:6379' } }],
    ['no replica', { api: { replicas: 0 } }],
    ['a size without a unit', { storage: { size: '50' } }],
    ['another type of service', { service: { type: 'Internet' } }],
  ])('refuses %s', (_title, change) => {
    expect(validate(values(change))).toBe(false);
  });

  it('the chart has the version of this project', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(parse(read('deploy/helm/Chart.yaml'))).toMatchObject({ version, appVersion: version });
  });
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
/** The most that `systemd-analyze security` may say; 0 is best, 10 worst. docs/operating.md has the figures. */
const UNITS = [
  ['packwarden-api.service', 1.5],
  ['packwarden-worker.service', 5],
] as const;

describe.skipIf(!hasSystemd).each(UNITS)('deploy/systemd/%s', (unit, most) => {
  const path = `${ROOT}/deploy/systemd/${unit}`;

  it('is one that systemd takes', () => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
    // A machine without Node or Redis where the unit looks for them says so; that is not about the unit.
    const said = stderr.split('\n').filter((line) => line.includes(unit) && !/not executable|not found/.test(line));
    expect([status === 0 || said.length === 0, said]).toEqual([true, []]);
  });

  it(`is exposed by ${most} at most`, () => {
    const shown = execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], {
      encoding: 'utf8',
    });
    expect(Number(/exposure level for \S+: ([\d.]+)/.exec(shown)?.[1])).toBeLessThanOrEqual(most);
  });
});
