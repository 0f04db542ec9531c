import { expect, it } from 'vitest';
import { hashToken, parseTokens } from '../../../src/api/auth/credentials.js';
import { Destinations } from '../../../src/gitlab/receive/destinations.js';
import { Cli } from '../run-cli.js';

async function make(kind: string): Promise<{ line: string; token: string }> {
  const { code, stdout, stderr } = await new Cli(['credentials', kind, 'prod']).ended;
  expect(code).toBe(0);
  return { line: stdout.trim(), token: /it is not shown again\): (\S+)/.exec(stderr)?.[1] ?? '' };
}

it('a token: its line lets it in', async () => {
  const { line, token } = await make('token');
  expect(parseTokens(line)).toEqual([{ name: 'prod', digest: hashToken(token) }]);
});

it("a verification token is one that GitLab takes, and the destinations' file takes its hash", async () => {
  const { line, token } = await make('gitlab');
  expect(token).toMatch(/^[\w-]{16,24}$/);
  const destinations = [{ id: 'd', instance: 'https://gitlab.example', tokens: [line] }];
  expect(Destinations.parse(JSON.stringify({ destinations })).find(token)?.id).toBe('d');
});

it('another kind is refused, with the known ones', async () => {
  const { code, stderr } = await new Cli(['credentials', 'key', 'prod']).ended;
  expect([code, stderr]).toEqual([2, expect.stringContaining('token, user or gitlab')]);
});
