import { describe, expect, it } from 'vitest';
import { CREDENTIAL_PLACES, CREDENTIALS } from './credential-places.js';
import { COPYING, open, openByHandle, symlink, TAKING } from './naming-calls.js';
import { detections } from './own-rules.js';
import { HOME, PROJECT, silent, variants } from './place-variants.js';

describe('giving a credential another name counts as reading it', () => {
  it.each(CREDENTIAL_PLACES)('%s: %s', (rule, place) => {
    expect(silent(rule, variants(TAKING, place))).toEqual([]);
    expect(detections(symlink(place, '/tmp/harmless'))).toContain(rule);
  });

  const opened = CREDENTIAL_PLACES.filter(([, place]) => /\/[^/]+\.\w+$|\/\.[\w.-]+rc$/.test(place));
  it.each(opened)('%s: %s, opened', (rule, place) => {
    expect(detections(open(place, 'read'))).toContain(rule);
  });

  it.each([
    'config/master.key',
    'certs/server.key',
    'deploy/id_ed25519',
    'terraform.tfstate',
    'serviceAccountKey.json',
  ])("a key of the project's own: %s", (place) => {
    const rule = 'Read of a key ring or password store';
    expect(detections(open(`${PROJECT}/${place}`, 'read'))).toContain(rule);
    expect(detections(open(`${PROJECT}/node_modules/a/test/${place}`, 'read'))).not.toContain(rule);
  });

  const files = CREDENTIAL_PLACES.filter(([, place]) => !/\/\.(?:config|local\/share)$/.test(place));
  it.each(files)('%s: %s, copied by a descriptor', (rule, place) => {
    for (const [verb, copy] of Object.entries(COPYING)) expect(detections(copy(place)), verb).toContain(rule);
  });

  it.each([
    '.ssh/id_rsa',
    '.docker/config.json',
    '.kube/config',
    '.config/gh/hosts.yml',
    '.vault-token',
    '.config/solana',
  ])('%s: a link to it, hard or symbolic, is one to a sensitive file', (place) => {
    const links = Object.entries(TAKING).filter(([verb]) => verb.startsWith('link'));
    expect(silent('Link to a sensitive file', variants(Object.fromEntries(links), `${HOME}/${place}`))).toEqual([]);
    expect(detections(symlink(`${HOME}/${place}`, '/tmp/harmless'))).toContain('Link to a sensitive file');
  });

  it('an open by handle counts as a read and as an attempt to leave the container', () => {
    expect(detections(openByHandle(`${HOME}/.ssh/id_rsa`))).toEqual([
      'Namespace or mount changed',
      'Read of an SSH key',
    ]);
  });

  it('is read when the whole HOME is moved', () => {
    const rules = Object.keys(CREDENTIALS).filter((rule) => rule !== 'Read of a dotenv file');
    const [, move] = variants(TAKING, HOME)[0] ?? [];
    expect(detections(move ?? {})).toEqual(expect.arrayContaining(rules));
  });
});
