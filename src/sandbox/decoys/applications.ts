import type { DecoyFile } from './decoy.js';
import type { Tokens } from './tokens.js';

/** A file with one token: its path below HOME and its content. */
interface Place {
  readonly name: string;
  readonly path: string;
  readonly token: (tokens: Tokens) => string;
  readonly content: (token: string) => string;
}

const word =
  (length: number, prefix = ''): Place['token'] =>
  (tokens) =>
    `${prefix}${tokens.word(length)}`;
const hex =
  (length: number): Place['token'] =>
  (tokens) =>
    tokens.hex(length);

/** Applications and services that are on the long lists of stealers. No tool of an install reads any of these files. */
const PLACES: readonly Place[] = [
  {
    name: 'database password',
    path: '.pgpass',
    token: word(24),
    content: (token) => `db.corp.invalid:5432:app:ci:${token}\n`,
  },
  {
    name: 'age key',
    path: '.config/sops/age/keys.txt',
    token: word(58, 'AGE-SECRET-KEY-1'),
    content: (token) => `# created: 2025-01-14T09:30:12Z\n${token}\n`,
  },
  {
    name: 'Pulumi token',
    path: '.pulumi/credentials.json',
    token: (tokens) => `pul-${tokens.hex(40)}`,
    content: (accessToken) => JSON.stringify({ current: 'https://pulumi.corp.invalid', accessToken }),
  },
  {
    name: 'Databricks token',
    path: '.databrickscfg',
    token: (tokens) => `dapi${tokens.hex(32)}`,
    content: (token) => `[DEFAULT]\nhost = https://databricks.corp.invalid\ntoken = ${token}\n`,
  },
  {
    name: 'Kaggle key',
    path: '.kaggle/kaggle.json',
    token: hex(32),
    content: (key) => JSON.stringify({ username: 'ci', key }),
  },
  {
    name: 'NEAR key',
    path: '.near-credentials/mainnet/ci.near.json',
    token: word(87),
    content: (key) => JSON.stringify({ account_id: 'ci.near', private_key: `ed25519:${key}` }),
  },
  {
    name: 'Foundry keystore',
    path: '.foundry/keystores/deployer',
    token: hex(64),
    content: (ciphertext) => JSON.stringify({ version: 3, crypto: { cipher: 'aes-128-ctr', ciphertext } }),
  },
  {
    name: 'Discord session',
    path: '.config/discord/Local Storage/leveldb/000003.log',
    token: word(70),
    content: (token) => `\0\u0001token\0"${token}"`,
  },
  {
    name: 'Telegram session',
    path: '.local/share/TelegramDesktop/tdata/key_datas',
    token: hex(64),
    content: (key) => `TDF$${key}`,
  },
  {
    name: 'Cursor session',
    path: '.config/Cursor/User/globalStorage/state.vscdb',
    token: word(86),
    content: (token) => `SQLite format 3\0${'\0'.repeat(84)}cursorAuth/accessToken${token}`,
  },
];

/** A file for each application; `path` is relative to HOME. */
export function applicationDecoys(tokens: Tokens): readonly DecoyFile[] {
  return PLACES.map(({ name, path, token, content }) => {
    const value = token(tokens);
    return { name, path, content: content(value), secrets: [value] };
  });
}
