import { describe, expect, it } from 'vitest';
import { splitImage } from '../../../../src/sensor/container/registry.js';
import { isError, resultName } from '../../../../src/sensor/event/values/errno.js';
import { modeNames } from '../../../../src/sensor/event/values/flags.js';
import { openFlagNames, openFlags } from '../../../../src/sensor/event/values/open-flags.js';
import { addressText, readAddress } from '../../../../src/sensor/event/values/socket.js';

describe('flags as Falco prints them', () => {
  it.each([
    [0, undefined, 'O_RDONLY'],
    [0o2000000, { layer: 2, fileMode: 0 }, 'O_RDONLY|O_CLOEXEC|FD_LOWER_LAYER'],
    [0o2001101, { layer: 1, fileMode: 1 << 20 }, 'O_TRUNC|O_CREAT|O_WRONLY|O_CLOEXEC|O_F_CREATED|FD_UPPER_LAYER'],
    [0o2, undefined, 'O_RDWR'],
    [0o2002, undefined, 'O_APPEND|O_RDWR'],
    [0o200000, undefined, 'O_DIRECTORY|O_RDONLY'],
    [0o20200002, undefined, 'O_DIRECTORY|O_RDWR|O_TMPFILE'],
    [0o10000000, undefined, 'O_NONE'],
    [0o10000, undefined, 'O_DSYNC|O_RDONLY'],
    [0o4010001, undefined, 'O_SYNC|O_DSYNC|O_WRONLY'],
  ])('open with %s', (linux, opened, names) => {
    expect(openFlagNames(openFlags(linux, opened))).toBe(names);
  });

  it.each([
    [0o755, 'S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR'],
    [0o4000, 'S_ISUID'],
    [0, ''],
  ])('mode %s', (mode, names) => {
    expect(modeNames(mode)).toBe(names);
  });

  it.each([
    [0, 'SUCCESS', false],
    [17, 'SUCCESS', false],
    [-2, 'ENOENT', true],
    [-11, 'EAGAIN', true],
    [-95, 'EOPNOTSUPP', true],
    [-115, 'EINPROGRESS', true],
    [-4095, '4095', true],
    [-4096, 'SUCCESS', false],
  ])('result %i', (ret, name, failed) => {
    expect([resultName(ret), isError(ret)]).toEqual([name, failed]);
  });
});

describe('addresses', () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

  it.each([
    ['7f00000b', '127.0.0.11'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['20010db8000000000000000000000007', '2001:db8::7'],
    ['20010db8000000010000000000000007', '2001:db8:0:1::7'],
    ['00010002000300040005000600070008', '1:2:3:4:5:6:7:8'],
    ['00010000000300040005000600070000', '1:0:3:4:5:6:7:0'],
    ['00000000000000000000ffffcb00710a', '203.0.113.10'],
  ])('%s is %s', (bytes, text) => {
    expect(addressText(hex(bytes))).toBe(text);
  });

  it.each([
    ['0200 0035 7f00000b 0000000000000000', { kind: 'ip', ip: '127.0.0.11', port: 53 }],
    ['0a00 01bb 00000000 20010db8000000000000000000000007', { kind: 'ip', ip: '2001:db8::7', port: 443 }],
    [`0100 ${Buffer.from('/run/docker.sock\0rest').toString('hex')}`, { kind: 'unix', path: '/run/docker.sock' }],
    [`0100 00${Buffer.from('abstract').toString('hex')}`, { kind: 'unix', path: 'abstract' }],
    ['0100', { kind: 'unix', path: '' }],
    ['0200 0035', { kind: 'other' }],
    ['1000 0000 00000000', { kind: 'other' }],
    ['02', undefined],
  ])('sockaddr %s', (bytes, address) => {
    expect(readAddress(hex(bytes))).toEqual(address);
  });
});

describe('an image', () => {
  it.each([
    ['node', 'node', 'latest'],
    ['packwarden/sandbox-npm:1.2', 'packwarden/sandbox-npm', '1.2'],
    ['registry:5000/team/image', 'registry:5000/team/image', 'latest'],
    ['registry:5000/team/image:7', 'registry:5000/team/image', '7'],
    ['node:24@sha256:0123', 'node', '24'],
  ])('%s', (image, imageRepository, imageTag) => {
    expect(splitImage(image)).toEqual({ image, imageRepository, imageTag });
  });
});
