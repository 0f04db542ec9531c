import { randomBytes } from 'node:crypto';
import { text as readAll } from 'node:stream/consumers';
import { formatToken, formatUser } from '../../api/auth/credentials.js';
import { type Command, readArgs, UsageError } from '../frame/usage.js';

const HELP = `Usage: packwarden credentials token NAME     >> tokens file
       packwarden credentials user NAME      >> users file   (the password is read from standard input)
       packwarden credentials gitlab NAME    (a verification token for one of GitLab's audit destinations)

Prints a line with the name and a hash, for PACKWARDEN_TOKENS_FILE, PACKWARDEN_USERS_FILE or the \`tokens\` entry in
PACKWARDEN_GITLAB_DESTINATIONS_FILE. A new token itself is shown once, on standard error.
`;

/** 18 bytes are 24 characters in base64: GitLab accepts verification tokens of 16 to 24 characters. */
const GITLAB_BYTES = 18;

/** `packwarden credentials`. */
export const credentials: Command = {
  async run(argv) {
    const { values, positionals } = readArgs('credentials', argv, {
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const [kind, name, ...rest] = positionals;
    if (name === undefined || rest.length > 0)
      throw new UsageError('expected a kind (token, user or gitlab) and a name', 'packwarden credentials --help');
    process.stdout.write(`${await line(kind, name)}\n`);
    return 0;
  },
};

async function line(kind: string | undefined, name: string): Promise<string> {
  if (kind === 'token' || kind === 'gitlab') {
    const token = randomBytes(kind === 'token' ? 24 : GITLAB_BYTES).toString('base64url');
    process.stderr.write(`The token (it is not shown again): ${token}\n`);
    return formatToken(name, token);
  }
  if (kind !== 'user')
    throw new UsageError(`expected token, user or gitlab, not '${kind}'`, 'packwarden credentials --help');
  const password = (await readAll(process.stdin)).replace(/\r?\n$/, '');
  if (password.length < 12)
    throw new UsageError('the password must have at least 12 characters', 'packwarden credentials --help');
  return formatUser(name, password, randomBytes(16));
}
