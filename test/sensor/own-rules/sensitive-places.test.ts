import { describe, expect, it } from 'vitest';
import { CREDENTIAL_PLACES } from './credential-places.js';
import { BY_DESCRIPTOR, CHANGING, call, fetching, TAKING } from './naming-calls.js';
import { detections } from './own-rules.js';
import { detectionsOf, HOME, PROJECT, silent, variants } from './place-variants.js';

/** What comes back or is run by others, by the rule about changing it; folders stand for what they hold. */
const LASTING: readonly (readonly [rule: string, place: string])[] = [
  ['Shell start-up file changed', `${HOME}/.bashrc`],
  ['Shell start-up file changed', `${HOME}/.profile`],
  ['Shell start-up file changed', `${HOME}/.config/fish/config.fish`],
  ['SSH access changed', `${HOME}/.ssh/authorized_keys`],
  ['SSH access changed', `${HOME}/.ssh`],
  ['Service or autostart entry changed', `${HOME}/.config/systemd/user/x.service`],
  ['Service or autostart entry changed', `${HOME}/.config/autostart`],
  ['Scheduled job changed', '/etc/cron.d/job'],
  ['Scheduled job changed', '/var/spool/cron/crontabs'],
  ['Editor or assistant settings changed', `${PROJECT}/.vscode/tasks.json`],
  ['Editor or assistant settings changed', `${PROJECT}/.vscode`],
  ['Editor or assistant settings changed', `${PROJECT}/CLAUDE.md`],
  ['Editor or assistant settings changed', `${HOME}/.claude/settings.json`],
  ['CI configuration changed', `${PROJECT}/.github/workflows/ci.yml`],
  ['CI configuration changed', `${PROJECT}/.github/workflows`],
  ['CI configuration changed', `${PROJECT}/.github`],
  ['CI configuration changed', `${PROJECT}/.gitlab-ci.yml`],
  ['CI configuration changed', `${PROJECT}/.circleci`],
  ['Git hook written', `${PROJECT}/.git/hooks/pre-push`],
  ['Git hook written', `${PROJECT}/.git/hooks`],
  ['Git hook written', `${PROJECT}/.git/config`],
  ['Git hook written', `${PROJECT}/.git`],
  ['Git hook written', `${HOME}/.gitconfig`],
  ['Traces removed', `${HOME}/.bash_history`],
  ['Traces removed', '/var/log/dpkg.log'],
];

describe('a persistence location is changed by every call that names it', () => {
  it.each(LASTING)('%s: %s', (rule, place) => {
    expect(silent(rule, variants(CHANGING, place))).toEqual([]);
  });

  it.each(LASTING.filter(([rule]) => rule !== 'Scheduled job changed'))('%s: %s, by a descriptor', (rule, place) => {
    for (const [verb, make] of Object.entries(BY_DESCRIPTOR)) expect(detections(make(place)), verb).toContain(rule);
  });

  it.each(['/etc/hosts', '/etc/ld.so.preload', '/usr/local/bin/node', '/lib/x.so', '/root/.profile'])(
    'System file changed: %s',
    (place) => {
      const { 'rename from': _, 'renameat from': __, 'renameat2 from': ___, ...rest } = CHANGING;
      const { 'link from': _link, 'linkat from': _linkat, ...verbs } = rest;
      expect(silent('System file changed', variants(verbs, place))).toEqual([]);
    },
  );

  it('moving the project moves its settings', () => {
    const [, move] = variants(TAKING, PROJECT)[0] ?? [];
    expect(detections(move ?? {})).toEqual(['CI configuration changed', 'Git hook written']);
  });
});

describe('what is put into HOME by its name', () => {
  const PUTTING = ['rename to', 'link to', 'linkat to', 'symlink to', 'symlinkat to', 'chmod', 'fchmodat2', 'chown'];
  PUTTING.push('fchownat', 'mknod', 'mknodat');
  const verbs = Object.fromEntries(Object.entries(CHANGING).filter(([verb]) => PUTTING.includes(verb)));

  it.each(['bin/git', '.local/bin/npm', '.aws/credentials'])('%s is a write outside the project', (place) => {
    expect(silent('Write outside the project', variants(verbs, `${HOME}/${place}`))).toEqual([]);
  });

  it.each(['.ssh/id_rsa', '.kube/config', 'Documents/letter.txt'])('%s: emptied is removed', (place) => {
    const emptying = { truncate: CHANGING.truncate, unlink: CHANGING.unlink, unlinkat: CHANGING.unlinkat };
    const rule = 'Files of the home folder removed';
    expect(silent(rule, variants(emptying as typeof CHANGING, `${HOME}/${place}`))).toEqual([]);
    expect(detections(BY_DESCRIPTOR.ftruncate?.(`${HOME}/${place}`) ?? {})).toContain(rule);
  });

  it.each([`${HOME}/.cache/electron/x`, `${HOME}/.npm/_cacache/tmp/a`, `${PROJECT}/node_modules/a/build/x.node`])(
    '%s is where an install works',
    (place) => {
      const found = variants(CHANGING, place)
        .filter(([name]) => !name.endsWith("by the process' root"))
        .filter((variant) => detectionsOf(variant).length > 0);
      expect(found.map(([name]) => name)).toEqual([]);
    },
  );
});

describe('a way through another process or out of the container', () => {
  it('is reported for every call that names it', () => {
    const detour = { text: '/proc/1/root/home/ci/anything', folder: -100 };
    const found = Object.entries(CHANGING).filter(([, make]) => {
      return !detections(make(detour)).includes('Path taken through a process');
    });
    expect(found.map(([verb]) => verb)).toEqual([]);
  });

  it.each(['open_tree', 'move_mount', 'fsopen', 'fsmount', 'fspick', 'mount_setattr', 'mount', 'unshare', 'setns'])(
    '%s changes namespaces or mounts, though it is refused',
    (type) => {
      expect(detections(call(type, [0, 0], [], { ret: -1 }))).toContain('Namespace or mount changed');
    },
  );

  it.each(['pidfd_getfd', 'process_vm_readv', 'process_vm_writev'])('%s reaches into another process', (type) => {
    expect(detections(call(type, [3, 4, 0], [], { ret: -1 }))).toEqual(["Read of another process's memory"]);
  });

  it.each(['chmod', 'fchmodat', 'fchmodat2'])('%s sets the setuid or setgid bit', (type) => {
    const args = type === 'chmod' ? [0, 0o4755] : [-100, 0, 0o4755, 0];
    const named = { text: `${PROJECT}/node_modules/a/tool`, folder: -100 };
    const { parts = [] } = CHANGING[type]?.(named) ?? {};
    expect(detections(call(type, args, parts))).toEqual(['Setuid bit set']);
  });

  it('a device file of its own reaches a disk', () => {
    const { parts = [] } = CHANGING.mknod?.({ text: `${PROJECT}/disk`, folder: -100 }) ?? {};
    expect(detections(call('mknod', [0, 0o60600, 0x800], parts))).toEqual(['Kernel interface opened for writing']);
  });
});

describe('what the worker’s own fetch unpacks and links', () => {
  const places = [...CREDENTIAL_PLACES, ...LASTING].map(([, place]) => place);
  const unpacked = places.filter(
    (place) => place.startsWith(`${PROJECT}/`) || /npmrc|yarnrc|\.config\/git/.test(place),
  );

  it.each([...new Set(unpacked)])('%s raises no alert', (place) => {
    const fetched = variants(CHANGING, place).map(([name, record]) => [name, fetching(record)] as const);
    expect(fetched.filter((variant) => detectionsOf(variant).length > 0).map(([name]) => name)).toEqual([]);
  });
});
