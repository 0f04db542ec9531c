import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, eventually, ServiceProcess } from '../../support/service-process.js';

const data = dataFolder();
const geo = join(data.path, 'geo');
const rules = join(data.path, 'audit.yaml');
const GOOD = `- rule: Audit rule
  desc: a rule of the user's own
  condition: gitlab.event_type = "x"
  output: x
  priority: ERROR
  source: gitlab
`;

interface Part {
  readonly ready: boolean;
  readonly reason?: string;
  readonly optional?: boolean;
  readonly rules?: number;
}

let service: ServiceProcess;
const ask = async () => {
  const response = await fetch(`${service.url}/readyz`);
  const { ready, parts } = (await response.json()) as { ready: boolean; parts: Record<string, Part> };
  return { status: response.status, ready, parts };
};
const partThat = (what: string, name: string, wanted: (part: Part) => boolean) =>
  eventually(what, 20_000, async () => {
    const part = (await ask()).parts[name];
    return part !== undefined && wanted(part) ? part : undefined;
  });

beforeAll(async () => {
  mkdirSync(geo);
  writeFileSync(rules, GOOD);
  const destinations = join(data.path, 'destinations.json');
  const tokens = ['a-token-of-the-stream'];
  writeFileSync(
    destinations,
    JSON.stringify({ destinations: [{ id: 'd1', instance: 'https://gitlab.example', tokens }] }),
  );
  service = await ServiceProcess.start(
    {
      PACKWARDEN_DATA_DIR: data.path,
      PACKWARDEN_GITLAB_DESTINATIONS_FILE: destinations,
      PACKWARDEN_GITLAB_RULES: rules,
      PACKWARDEN_GEOIP_DIR: geo,
    },
    'api',
  );
});
afterAll(async () => {
  await service?.stop();
  data.remove();
});

describe('/readyz where audit events are received', () => {
  it('names what is missing, and is ready all the same: jobs run without it', async () => {
    const { status, ready, parts } = await ask();
    expect([status, ready]).toEqual([200, true]);
    expect(parts.geo).toMatchObject({
      ready: false,
      optional: true,
      reason: 'there is no City, Enterprise or Country database',
    });
    expect(parts.gitlabRules).toMatchObject({ ready: true, optional: true });
    expect(parts.gitlabRules?.reason).toBeUndefined();
    expect(parts.gitlabRules?.rules).toBeGreaterThan(1);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('packwarden_part_ready{part="geo"} 0');
    expect(metrics).toContain('packwarden_part_ready{part="gitlabRules"} 1');
  });

  it('names a database that is damaged, and a folder that is gone', async () => {
    writeFileSync(join(geo, 'GeoLite2-City.mmdb'), 'no database');
    const damaged = await partThat('the damage', 'geo', ({ reason = '' }) => reason.startsWith('GeoLite2-City.mmdb: '));
    expect(damaged.ready).toBe(false);
    rmSync(geo, { recursive: true });
    await partThat('the missing folder', 'geo', ({ reason = '' }) => reason.startsWith('the folder cannot be read: '));
  });

  it('says why changed rules are not in use, until they are fixed', async () => {
    writeFileSync(rules, `${GOOD}  condition: [\n`);
    const refused = await partThat('the refusal', 'gitlabRules', ({ reason }) => reason !== undefined);
    expect(refused).toMatchObject({ ready: true, reason: expect.stringContaining('not in force') });
    writeFileSync(rules, GOOD);
    await partThat('the fixed rules', 'gitlabRules', ({ reason }) => reason === undefined);
  });
});
