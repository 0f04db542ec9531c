import { applicationDecoys } from './applications.js';
import type { DecoyFile } from './decoy.js';
import { sshPrivateKey } from './ssh-key.js';
import type { Tokens } from './tokens.js';

/** Decoys never lead to a real host: names under `.invalid` don't resolve (RFC 2606). */
const GIT_HOST = 'git.corp.invalid';
const NPM_HOST = 'npm.corp.invalid';

/** Creates the files of one decoy; `path` is relative to HOME. */
type Maker = (tokens: Tokens) => readonly Omit<DecoyFile, 'name'>[];

function one(path: string, content: string, ...secrets: readonly string[]): readonly Omit<DecoyFile, 'name'>[] {
  return [{ path, content, secrets }];
}

function sshKeys(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  return ['id_rsa', 'id_ed25519'].map((file) => {
    const { text, secret } = sshPrivateKey(tokens, 'ci@runner');
    return { path: `.ssh/${file}`, content: text, secrets: [secret] };
  });
}

function aws(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  const [id, secret] = [tokens.awsKeyId(), tokens.awsSecret()];
  const content = `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
  return [
    { path: '.aws/credentials', content, secrets: [id, secret] },
    { path: '.aws/config', content: '[default]\nregion = eu-central-1\noutput = json\n', secrets: [] },
  ];
}

function gcp(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  const [secret, refresh] = [`GOCSPX-${tokens.word(28)}`, `1//0${tokens.word(98)}`];
  const content = {
    client_id: `${tokens.word(12, '0123456789')}-${tokens.word(32)}.apps.googleusercontent.com`,
    client_secret: secret,
    refresh_token: refresh,
    type: 'authorized_user',
  };
  return one('.config/gcloud/application_default_credentials.json', json(content), secret, refresh);
}

function azure(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  const refresh = `0.A${tokens.word(120)}`;
  const entry = { tokenType: 'Bearer', expiresIn: 3599, refreshToken: refresh, _clientId: tokens.uuid() };
  return ['.azure/accessTokens.json', '.azure/msal_token_cache.json'].map((path) => ({
    path,
    content: json([entry]),
    secrets: [refresh],
  }));
}

function docker(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  const password = tokens.word(32);
  const auth = Buffer.from(`ci:${password}`).toString('base64');
  return one('.docker/config.json', json({ auths: { 'registry.corp.invalid': { auth } } }), password, auth);
}

function kube(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  const token = tokens.word(64);
  const content = [
    'apiVersion: v1',
    'kind: Config',
    'current-context: ci',
    'clusters: [{name: ci, cluster: {server: "https://k8s.corp.invalid:6443"}}]',
    'contexts: [{name: ci, context: {cluster: ci, user: ci}}]',
    `users: [{name: ci, user: {token: ${token}}}]`,
  ];
  return one('.kube/config', `${content.join('\n')}\n`, token);
}

function gnupg(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  const [q, d] = [tokens.hex(64).toUpperCase(), tokens.hex(64).toUpperCase()];
  const content = `Created: 20250114T093012\nKey: (private-key (ecc (curve Ed25519)(flags eddsa)(q #40${q}#)\n  (d #${d}#)))\n`;
  return one(`.gnupg/private-keys-v1.d/${tokens.hex(40).toUpperCase()}.key`, content, d);
}

function histories(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  return ['.bash_history', '.zsh_history'].map((path) => {
    const token = tokens.gitlabPersonal();
    const content = `git pull\nexport DEPLOY_TOKEN=${token}\nnpm run deploy\n`;
    return { path, content, secrets: [token] };
  });
}

function chrome(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  return ['Login Data', 'Cookies'].map((file) => {
    const value = tokens.word(48);
    const content = `SQLite format 3\0${'\0'.repeat(84)}https://${GIT_HOST}/users/sign_in ci v10${value}`;
    return { path: `.config/google-chrome/Default/${file}`, content, secrets: [value] };
  });
}

function firefox(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  const password = tokens.word(48);
  const login = { hostname: `https://${GIT_HOST}`, encryptedUsername: tokens.word(48), encryptedPassword: password };
  return one('.mozilla/firefox/k3xq2v1b.default-release/logins.json', json({ logins: [login] }), password);
}

function wallets(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  const solana = `[${[...tokens.bytes(64)].join(',')}]`;
  const seed = tokens.word(64);
  const cipher = tokens.hex(64);
  const keystore = { version: 3, address: tokens.hex(40), crypto: { cipher: 'aes-128-ctr', ciphertext: cipher } };
  return [
    ...one('.config/solana/id.json', solana, solana),
    ...one('.electrum/wallets/default_wallet', json({ seed_version: 17, keystore: { seed } }), seed),
    ...one(`.ethereum/keystore/UTC--2025-01-14T09-30-12Z--${keystore.address}`, json(keystore), cipher),
  ];
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A decoy with a single file that contains a single token. */
function holding(path: string, token: (tokens: Tokens) => string, content: (token: string) => string): Maker {
  return (tokens) => {
    const value = token(tokens);
    return one(path, content(value), value);
  };
}

const npmToken = (tokens: Tokens): string => tokens.npm();
const gitlabToken = (tokens: Tokens): string => tokens.gitlabPersonal();

/** Created by a browser-based login, in addition to or instead of keys. */
function awsSignOn(tokens: Tokens): readonly Omit<DecoyFile, 'name'>[] {
  const accessToken = `aoaAAAAA${tokens.word(180)}`;
  const content = { startUrl: 'https://corp.invalid/start', region: 'eu-central-1', accessToken };
  return one(`.aws/sso/cache/${tokens.hex(40)}.json`, json(content), accessToken);
}

/** The session of a coding assistant; `at` builds the settings that contain the token. */
function assistant(path: string, prefix: string, at: (token: string) => object): Maker {
  return holding(
    path,
    (tokens) => `${prefix}${tokens.word(86)}`,
    (token) => json(at(token)),
  );
}

/** The usual locations of credentials, by their name in a report. */
const MAKERS: Readonly<Record<string, Maker>> = {
  'SSH key': sshKeys,
  'AWS credentials': aws,
  'Google Cloud credentials': gcp,
  'Azure tokens': azure,
  // For a separate host, so that npm does not send it to the registry.
  'npm token': holding('.npmrc', npmToken, (token) => `//${NPM_HOST}/:_authToken=${token}\n`),
  'yarn token': holding('.yarnrc.yml', npmToken, (token) => {
    return `npmRegistries:\n  "https://${NPM_HOST}":\n    npmAuthToken: ${token}\n`;
  }),
  'netrc password': holding('.netrc', gitlabToken, (token) => `machine ${GIT_HOST} login ci password ${token}\n`),
  'Git credentials': holding('.git-credentials', gitlabToken, (token) => `https://ci:${token}@${GIT_HOST}\n`),
  'Docker registry login': docker,
  'Kubernetes config': kube,
  'GnuPG key': gnupg,
  'shell history': histories,
  'GitHub CLI token': holding(
    '.config/gh/hosts.yml',
    (tokens) => tokens.github(),
    (token) => `github.com:\n    oauth_token: ${token}\n    user: ci\n`,
  ),
  'Vault token': holding(
    '.vault-token',
    (tokens) => tokens.vault(),
    (token) => token,
  ),
  'AWS sign-on token': awsSignOn,
  'GitLab CLI token': holding('.config/glab-cli/config.yml', gitlabToken, (token) => {
    return `hosts:\n    ${GIT_HOST}:\n        token: ${token}\n        api_protocol: https\n`;
  }),
  'PyPI token': holding(
    '.pypirc',
    (tokens) => `pypi-AgEIcHlwaS5vcmc${tokens.word(120)}`,
    (token) => `[pypi]\nusername = __token__\npassword = ${token}\n`,
  ),
  'Cargo token': holding(
    '.cargo/credentials.toml',
    (tokens) => `cio${tokens.word(32)}`,
    (token) => `[registry]\ntoken = "${token}"\n`,
  ),
  'Terraform token': holding(
    '.terraform.d/credentials.tfrc.json',
    (tokens) => `${tokens.word(14)}.atlasv1.${tokens.word(67)}`,
    (token) => json({ credentials: { 'terraform.corp.invalid': { token } } }),
  ),
  'Claude session': assistant('.claude/.credentials.json', 'sk-ant-oat01-', (accessToken) => ({
    claudeAiOauth: { accessToken, scopes: ['user:inference'] },
  })),
  'Codex session': assistant('.codex/auth.json', 'sk-proj-', (token) => ({ OPENAI_API_KEY: token, tokens: null })),
  'Gemini session': assistant('.gemini/oauth_creds.json', 'ya29.', (token) => ({
    access_token: token,
    token_type: 'Bearer',
  })),
  'Chrome profile': chrome,
  'Firefox logins': firefox,
  'crypto wallet': wallets,
  // Replaced if the archive contains an .env of its own.
  'dotenv file': holding(
    'project/.env',
    (tokens) => tokens.word(40),
    (token) => `DATABASE_URL=postgres://app:${token}@db.corp.invalid/app\n`,
  ),
};

/** Fake credentials in the usual locations below `home`. */
export function fileDecoys(tokens: Tokens, home: string): readonly DecoyFile[] {
  const usual = Object.entries(MAKERS).flatMap(([name, make]) => make(tokens).map((file) => ({ name, ...file })));
  return [...usual, ...applicationDecoys(tokens)].map((file) => ({ ...file, path: `${home}/${file.path}` }));
}
