import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';

function atLeast(version: string): string {
  return `!ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '${version}'`;
}

/** What a gem may ask for. */
interface GemNeeds {
  /** The lowest Ruby. */
  readonly ruby?: string;
}

function metadata(name: string, files: readonly string[], { ruby = '0' }: GemNeeds): string {
  const extensions = files.filter((file) => file.endsWith('extconf.rb') || file.endsWith('Rakefile'));
  return `--- !ruby/object:Gem::Specification
name: ${name}
version: !ruby/object:Gem::Version
  version: 1.2.3
platform: ruby
authors: [nobody]
bindir: bin
cert_chain: []
date: 2024-01-01 00:00:00.000000000 Z
dependencies: []
description: ''
email: ''
executables: []
extensions: ${JSON.stringify(extensions)}
extra_rdoc_files: []
files: ${JSON.stringify(files)}
homepage: ''
licenses: []
metadata: {}
post_install_message: ''
rdoc_options: []
require_paths: [lib]
required_ruby_version: ${atLeast(ruby)}
required_rubygems_version: ${atLeast('0')}
requirements: []
rubygems_version: 3.3.15
signing_key: ''
specification_version: 4
summary: a gem of a test
test_files: []
`;
}

async function tarOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'pw-gem-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    const chunks: Buffer[] = [];
    for await (const chunk of create({ cwd: folder, portable: true, noDirRecurse: true }, Object.keys(files)))
      chunks.push(chunk);
    return Buffer.concat(chunks);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A gem, version 1.2.3, as `gem build` packs it: what stands in a project's `vendor/cache`. */
export async function gem(
  name: string,
  files: Readonly<Record<string, string>>,
  needs: GemNeeds = {},
): Promise<Buffer> {
  const data = gzipSync(await tarOf(files));
  return tarOf({ 'metadata.gz': gzipSync(metadata(name, Object.keys(files), needs)), 'data.tar.gz': data });
}
