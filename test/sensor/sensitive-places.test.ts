import { describe, expect, it } from 'vitest';
import {
  BY_DESCRIPTOR,
  CHANGING,
  COPYING,
  call,
  canName,
  fetching,
  open,
  openByHandle,
  symlink,
  TAKING,
  WAYS,
} from './naming-calls.js';
import { detections } from './own-rules.js';
import type { RecordSpec } from './records.js';

const HOME = '/home/ci';
const PROJECT = `${HOME}/project`;
const LINK = symlink(HOME, '/tmp/home');

/** Each verb by each way it can name the place with. */
function variants(verbs: typeof TAKING, place: string): readonly (readonly [name: string, record: RecordSpec])[] {
  return Object.entries(verbs).flatMap(([verb, make]) =>
    Object.entries(WAYS).flatMap(([way, name]) => {
      const named = name(place);
      return canName(verb, named) ? [[`${verb}, ${way}`, make(named)] as const] : [];
    }),
  );
}

/** What is told of a variant, once the link that some of them go by has been made. */
function detectionsOf([name, record]: readonly [name: string, record: RecordSpec]): string[] {
  return name.endsWith('by a link to the folder') ? detections(LINK, record) : detections(record);
}

/** The variants that the rule does not tell of. */
function silent(rule: string, records: readonly (readonly [name: string, record: RecordSpec])[]): string[] {
  return records.filter((variant) => !detectionsOf(variant).includes(rule)).map(([name]) => name);
}

/** What holds credentials, by the rule about reading it: files, their folders, and the folder that holds those. */
const CREDENTIALS: Readonly<Record<string, readonly string[]>> = {
  'Read of package registry credentials': [
    '.npmrc',
    '.yarnrc.yml',
    '.pypirc',
    '.gem/credentials',
    '.cargo',
    '.m2',
    '.composer/auth.json',
    '.config/pip/pip.conf',
    '.gradle/gradle.properties',
    '.nuget/NuGet/NuGet.Config',
  ],
  'Read of an SSH key': [
    '.ssh/id_rsa',
    '.ssh/config',
    '.ssh',
    '.putty/sessions/a',
    '.config/filezilla/sitemanager.xml',
  ],
  'Read of cloud credentials': [
    '.aws/credentials',
    '.aws',
    '.azure/accessTokens.json',
    '.config/gcloud',
    '.vault-token',
    '.pgpass',
    '.my.cnf',
    '.config/configstore/firebase-tools.json',
    '.config/netlify/config.json',
    '.railway/config.json',
    '.config/stripe/config.toml',
    '.supabase/access-token',
    '.config/hcloud/cli.toml',
    '.pulumi/credentials.json',
    '.databrickscfg',
    '.kaggle/kaggle.json',
    '.cache/huggingface/token',
    '.sentryclirc',
    '.expo/state.json',
    '.local/share/com.vercel.cli/auth.json',
    '.config/turbo/config.json',
  ],
  'Read of container credentials': ['.docker/config.json', '.docker', '.kube/config', '.kube', '.config/containers'],
  'Read of Git credentials': [
    '.netrc',
    '.git-credentials',
    '.config/gh/hosts.yml',
    '.config/gh',
    '.config/git/credentials',
    '.local/state/gh/x',
    'project/.git/config',
  ],
  'Read of a key ring or password store': [
    '.gnupg',
    '.password-store/a.gpg',
    '.local/share/keyrings',
    '.local/share',
    '.config/sops/age/keys.txt',
    '.config/Bitwarden CLI/data.json',
  ],
  'Read of a wallet': [
    '.electrum/wallets/default_wallet',
    '.config/solana/id.json',
    '.ethereum',
    '.config',
    '.near-credentials/mainnet/a.json',
    '.foundry/keystores/k',
    '.brownie/accounts/a.json',
    '.config/Ledger Live/app.json',
  ],
  'Read of a browser profile': [
    '.mozilla/firefox',
    '.config/google-chrome/Default/Cookies',
    '.config',
    '.config/discord/Local Storage/leveldb/000003.log',
    '.config/Slack/Cookies',
    '.local/share/TelegramDesktop/tdata/key_datas',
    '.config/Signal/config.json',
    '.config/vivaldi/Default/Cookies',
  ],
  'Read of a shell history': ['.bash_history', '.zsh_history', '.local/share/fish/fish_history', '.viminfo'],
  "Read of an AI tool's credentials": [
    '.claude.json',
    '.claude',
    '.codex/auth.json',
    '.gemini',
    '.config/Cursor/User/globalStorage/state.vscdb',
    '.config/Windsurf/User/globalStorage/state.vscdb',
    '.local/share/opencode/auth.json',
    '.config/goose/secrets.yaml',
    '.openai/api_key',
    '.config/anthropic/key',
  ],
  'Read of a dotenv file': [
    'project/.env',
    'project/.env.production',
    'project/.env.staging',
    'project/.env.vault',
    'project/.dev.vars',
    'project/.secrets',
  ],
};

const CREDENTIAL_PLACES = Object.entries(CREDENTIALS).flatMap(([rule, places]) =>
  places.map((place) => [rule, `${HOME}/${place}`] as const),
);

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
