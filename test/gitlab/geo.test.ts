import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it, test } from 'vitest';
import { GeoDatabases, NO_PLACES } from '../../src/gitlab/geo/databases.js';
import { eventually } from '../support/service-process.js';
import { GEOIP } from './events.js';

const silent = pino({ level: 'silent' });
const CITY = 'GeoLite2-City-Test.mmdb';
const ASN = 'GeoLite2-ASN-Test.mmdb';
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function databases(fill: (folder: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'pw-geo-'));
  fill(folder);
  const opened = await GeoDatabases.open(folder, silent);
  closing.push(() => {
    opened.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { folder, opened };
}
const copy = (name: string) => (folder: string) => copyFileSync(join(GEOIP, name), join(folder, name));

describe.skipIf(!existsSync(GEOIP))('geo databases', () => {
  it('tell city, country, continent and network', async () => {
    const { opened } = await databases((folder) => {
      copy(CITY)(folder);
      copy(ASN)(folder);
    });
    expect(opened.locate('81.2.69.142')).toMatchObject({
      status: 'ok',
      city: 'London',
      countryCode: 'GB',
      continent: 'Europe',
    });
    expect(opened.locate('1.128.0.0')).toMatchObject({ asn: 'AS1221', asnOrganisation: 'Telstra Pty Ltd' });
    expect(opened.locate('2001:218::1')).toMatchObject({ status: 'ok', countryCode: 'JP' });
  });

  test.each<[string, string | null | undefined, string]>([
    ['a private address', '10.0.0.1', 'private'],
    ['loopback', '127.0.0.1', 'private'],
    ['carrier NAT', '100.64.0.1', 'private'],
    ['documentation', '203.0.113.9', 'private'],
    ['an address of no record', '8.8.8.8', 'not_found'],
    ['what could not be read', undefined, 'unparsable'],
    ['none', null, 'missing'],
  ])('%s has no place', async (_what, address, status) => {
    const { opened } = await databases(copy(CITY));
    expect(opened.locate(address)).toEqual({ status });
  });

  test.each<[string, (folder: string) => void]>([
    ['an empty folder', () => undefined],
    ['a folder that is not there', (folder) => rmSync(folder, { recursive: true })],
    ['a database of networks only', copy(ASN)],
    ['an empty file', (folder) => writeFileSync(join(folder, CITY), '')],
    ['a text', (folder) => writeFileSync(join(folder, CITY), 'not a database'.repeat(1000))],
    [
      'half a database',
      (folder) => writeFileSync(join(folder, CITY), readFileSync(join(GEOIP, CITY)).subarray(0, 9_000)),
    ],
    ['a folder with its name', (folder) => mkdirSync(join(folder, CITY))],
  ])('%s is not fatal', async (_what, fill) => {
    const { opened } = await databases(fill);
    expect(opened.locate('81.2.69.142').countryCode).toBeUndefined();
    expect(opened.locate('81.2.69.142').status).toBe('disabled');
  });

  it('damage in the middle of a database never throws', async () => {
    const bytes = readFileSync(join(GEOIP, CITY));
    for (let at = 0; at < bytes.length; at += 997) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0xff, at, at + 64);
      const { opened } = await databases((folder) => writeFileSync(join(folder, CITY), damaged));
      for (const address of ['81.2.69.142', '2001:218::1', '1.1.1.1'])
        expect(opened.locate(address)).toHaveProperty('status');
    }
  });

  it('are read again when they change', async () => {
    const { folder, opened } = await databases(() => undefined);
    copy(CITY)(folder);
    await eventually('the new database is in use', 5_000, () => opened.locate('81.2.69.142').countryCode);
  });
});

it('without databases no address has a place', () => {
  expect(NO_PLACES.locate('81.2.69.142')).toEqual({ status: 'disabled' });
});
