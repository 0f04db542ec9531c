import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';

const ANY_VERSION = `!ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'`;

function metadata(name: string, files: readonly string[]): string {
  const extensions = files.filter((file) => file.endsWith('extconf.rb'));
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
required_ruby_version: ${ANY_VERSION}
required_rubygems_version: ${ANY_VERSION}
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
export async function gem(name: string, files: Readonly<Record<string, string>>): Promise<Buffer> {
  const data = gzipSync(await tarOf(files));
  return tarOf({ 'metadata.gz': gzipSync(metadata(name, Object.keys(files))), 'data.tar.gz': data });
}
