import { expect, it } from 'vitest';
import { gem } from '../../sandbox/gem.js';
import { detonated, REPORT_MS } from '../../support/detonated.js';
import { packProject } from '../../support/tarballs.js';

const READ = 'File.read(File.join(Dir.home, ".ssh", "id_rsa"))';
const BY_HOST = 'caller.any? { |line| line.include?("/h-") }';

/** What the thief does, and how its host has it do that. */
const ROWS = [
  ['looks at who requires it', 'looking', 'require "t-looking"', `${READ} if ${BY_HOST}`],
  [
    'acts when it is called',
    'called',
    'require "t-called"\nThief.go',
    `module Thief; def self.go = (${READ} if ${BY_HOST}); end`,
  ],
  ['starts a program', 'shell', 'require "t-shell"', `system("cat ~/.ssh/id_rsa >/dev/null") if ${BY_HOST}`],
] as const;

async function project(): Promise<Buffer> {
  const gems = ROWS.flatMap(([, name]) => [`h-${name}`, `t-${name}`]);
  const archives = ROWS.flatMap(([, name, host, thief]) => [
    [`h-${name}`, host],
    [`t-${name}`, thief],
  ]);
  const files: Record<string, string | Buffer> = {
    Gemfile: `source "https://rubygems.org"\n${gems.map((name) => `gem "${name}"\n`).join('')}`,
  };
  for (const [name = '', code = ''] of archives) {
    files[`vendor/cache/${name}-1.2.3.gem`] = await gem(name, { [`lib/${name}.rb`]: `${code}\n` });
  }
  return packProject(files);
}

const reportFor = detonated(new Map([['gems', project]]), { PACKWARDEN_LINGER_S: '1' }, 'bundler');

it.each(ROWS)(
  'a gem that %s is named, and its host besides',
  async (_title, name) => {
    const { findings, log } = await reportFor('gems');
    const found = findings.filter(({ rule, package: by }) => rule === 'Read of an SSH key' && by?.name.endsWith(name));
    const named = found.map(({ package: by, ranBy, orBy = [] }) => [
      by?.name,
      ranBy?.name,
      orBy.map((one) => one.name),
    ]);
    expect(named, log.slice(-1500)).toEqual([[`t-${name}`, `h-${name}`, [`h-${name}`]]]);
  },
  REPORT_MS,
);
