import { describe, expect, it } from 'vitest';
import { compilePolicy, type EgressPolicy } from '../../src/egress/policy.js';
import { isForbiddenAddress, isPublicAddress } from '../../src/egress/upstream/address.js';

const NOT_PUBLIC =
  `0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255
  192.0.0.1 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.80 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255
  :: ::1 ::ffff:8.8.8.8 ::8.8.8.8 64:ff9b::808:808 100::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 fc00::1 fd00:ec2::254 fe80::1
  fec0::1 ff02::1`.split(/\s+/);
const PUBLIC = '1.1.1.1 8.8.8.8 93.184.216.34 172.32.0.1 192.169.0.1 2606:4700::1111 2a00:1450::1'.split(' ');
const NEVER =
  '0.0.0.0 169.254.169.254 169.254.170.2 100.100.100.200 224.0.0.1 255.255.255.255 :: fe80::1 ff02::1 fd00:ec2::254 ::ffff:169.254.169.254'.split(
    ' ',
  );

describe('addresses', () => {
  it.each(NOT_PUBLIC)('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));
  it.each(PUBLIC)('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));
  it.each(NEVER)('%s is out of reach even for an entry of the operator', (address) => {
    expect(isForbiddenAddress(address)).toBe(true);
  });
  it.each(['10.1.2.3', '127.0.0.1', '203.0.113.80', 'fd00::1', ...PUBLIC])('%s may be an own registry', (address) => {
    expect(isForbiddenAddress(address)).toBe(false);
  });
});

const registry: EgressPolicy = { mode: 'registry', allow: ['npm.corp.test:4873', '*.cdn.test', 'registry.npmjs.org'] };
const TABLE: readonly [policy: EgressPolicy, host: string, port: number | undefined, reach: string | undefined][] = [
  [registry, 'registry.npmjs.org', 443, 'named'],
  [registry, 'registry.npmjs.org', 80, 'named'],
  [registry, 'registry.npmjs.org', 8443, undefined],
  [registry, 'registry.npmjs.org', undefined, 'named'],
  [registry, 'npm.corp.test', 4873, 'named'],
  [registry, 'npm.corp.test', 443, undefined],
  [registry, 'a.cdn.test', 443, 'public'],
  [registry, 'a.b.cdn.test', 443, 'public'],
  [registry, 'cdn.test', 443, undefined],
  [registry, 'evilcdn.test', 443, undefined],
  [registry, 'evil.invalid', 443, undefined],
  [{ mode: 'registry' }, 'registry.npmjs.org', 443, 'named'],
  [{ mode: 'registry', allow: [] }, 'registry.npmjs.org', 443, undefined],
  [{ mode: 'open' }, 'evil.invalid', 31337, 'public'],
  [{ mode: 'open', allow: ['npm.corp.test'] }, 'npm.corp.test', 443, 'named'],
  [{ mode: 'none', allow: ['npm.corp.test'] }, 'npm.corp.test', 443, undefined],
];

describe('the policy', () => {
  it.each(TABLE)('%o: %s port %s reaches %s', (policy, host, port, reach) => {
    expect(compilePolicy(policy).reach(host, port)).toBe(reach);
  });

  it.each(['', '*', '*.', 'a b', 'https://registry.npmjs.org', 'a..b', '*.*.test', 'host:', 'host:abc', '*:443'])(
    'the pattern %j is an error of the configuration',
    (pattern) => {
      expect(() => compilePolicy({ mode: 'registry', allow: [pattern] })).toThrow(
        expect.objectContaining({ code: 'bad-pattern' }),
      );
    },
  );
});
