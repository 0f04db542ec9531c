import { describe, expect, it } from 'vitest';
import { IdentityReader } from '../../../src/egress/content/identity.js';

const HOSTNAME = '0f1e2d3c4b5a';
const reader = new IdentityReader({
  hostname: HOSTNAME,
  user: 'ci',
  home: '/home/ci',
  variables: ['LOGNAME', 'npm_config_registry', 'NODE_EXTRA_CA_CERTS'],
  files: ['.ssh', '.aws', '.npmrc', '.docker', '.netrc'],
});
const b64 = (text: string) => Buffer.from(text).toString('base64');
const hex = (text: string) => Buffer.from(text).toString('hex');
const reversed = (text: string) => [...text].reverse().join('');

describe('data that identifies the sandbox', () => {
  it.each<[what: string, text: string, tells: string]>([
    ['the host name', `h=${HOSTNAME}`, 'the host name'],
    ['in upper case', HOSTNAME.toUpperCase(), 'the host name'],
    ['in base64', `/?h=${b64(HOSTNAME)}`, 'the host name'],
    ['in base64 behind one character', b64(`x${HOSTNAME}`), 'the host name'],
    ['in base64 behind two', b64(`"h${HOSTNAME}"}`), 'the host name'],
    ['in base64url of JSON', Buffer.from(JSON.stringify({ h: HOSTNAME })).toString('base64url'), 'the host name'],
    ['in hexadecimal', hex(HOSTNAME), 'the host name'],
    ['in hexadecimal, upper case', hex(HOSTNAME).toUpperCase(), 'the host name'],
    ['backwards', reversed(HOSTNAME), 'the host name'],
    ['in base64, backwards', reversed(b64(HOSTNAME)), 'the host name'],
    ['in hexadecimal, backwards', reversed(hex(HOSTNAME)), 'the host name'],
    ['the home folder', 'cwd: /home/ci/project', 'the home folder'],
    ['in base64', b64('/home/ci'), 'the home folder'],
    ['in hexadecimal', hex('cwd=/home/ci'), 'the home folder'],
    ['backwards', reversed('/home/ci/x'), 'the home folder'],
    [
      'a list of the home folder',
      JSON.stringify(['.aws', '.cache', '.npmrc', '.ssh']),
      'file names of the home folder',
    ],
    ['as ls gives it', '.aws\n.npmrc\n.ssh\n', 'file names of the home folder'],
    ['with paths', 'found .ssh/id_rsa, .aws/credentials and .docker/config.json', 'file names of the home folder'],
  ])('%s is told: %s', (_what, text, tells) => {
    expect(reader.identifiersIn(text)).toContain(tells);
  });

  it.each<[what: string, text: string]>([
    ['a version', 'npm/10.2.0 node/v20.20.2 linux x64'],
    ["somebody else's home folder", 'https://x.example/home/circleci/docs and /home/ci-tools'],
    ['hosts with such names', 'registry.hub.docker.com s3.aws.example/.npmrc docs.ssh.com'],
    ['two files', 'ignore .npmrc and .netrc'],
    ['another hash', 'c0ffee5ad9e1 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    ['an id', 'e58ed763-928c-4155-bee9-fdbaaadc15f3'],
  ])('%s is not', (_what, text) => {
    expect(reader.identifiersIn(text)).toEqual([]);
  });

  it.each<[name: string, tells: boolean]>([
    [`${HOSTNAME}.ci.evil.invalid`, true],
    [`${HOSTNAME}.evil.invalid`, true],
    [`x-${HOSTNAME}-y.evil.invalid`, true],
    [`${HOSTNAME.slice(0, 6)}.${HOSTNAME.slice(6)}.evil.invalid`, true],
    [`${hex(HOSTNAME)}.evil.invalid`, true],
    [`${reversed(HOSTNAME)}.evil.invalid`, true],
    [`${b64(HOSTNAME)}.evil.invalid`, true],
    [HOSTNAME, false],
    [`${HOSTNAME}.local`, false],
    ['registry.npmjs.org', false],
    ['d1e2f3a4b5c6.cloudfront.net', false],
  ])('a question for %s: %s', (name, tells) => {
    expect(reader.identifiersInName(name.toLowerCase())).toEqual(tells ? ['the host name'] : []);
  });
});
