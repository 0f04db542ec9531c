import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Ways to have a registry's package of that name run; a path or an address before the name is none. */
const BY_NAME =
  /\b(?:npx|npm (?:i|install|exec|x)|pnpm (?:dlx|add|exec)|yarn (?:dlx|add)|bunx|bun (?:x|add))(?:[ \t]+-\S+)*[ \t]+["']?packwarden\b(?![/\\-])/;

it.each(['npx packwarden', 'npx --yes packwarden@1 analyze', 'npm i packwarden`', 'pnpm dlx packwarden'])(
  'the search finds: %s',
  (text) => expect(text).toMatch(BY_NAME),
);

it('no text asks people to run a package name that is not published: whoever registers it could run code with their tokens', () => {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', ':!test'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const telling = files
    .split('\0')
    .filter((file) => /\.(md|ya?ml|ts|sh|json|html|service)$|^(scripts|ci|templates|deploy)\//.test(file))
    .filter((file) => BY_NAME.test(readFileSync(`${ROOT}/${file}`, 'utf8')));
  expect(telling).toEqual([]);
});
