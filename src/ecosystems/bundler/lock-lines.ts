import { type LockFiles, listed } from '../lock-lines.js';

const locked = listed(/^ {4}([^\s(]+) \(([^)]+)\)$/);
const manifest = listed(/^\s*gem[\s(]+['"]([^'"]+)['"]/);

/** Of `gems.rb` and `Gemfile` Bundler uses the first, with the corresponding lock file. */
export const LOCK: LockFiles = {
  usual: 'Gemfile.lock',
  deciding: [
    { name: 'gems.locked', packagesIn: locked },
    { name: 'gems.rb', packagesIn: manifest },
    { name: 'Gemfile.lock', packagesIn: locked },
    { name: 'Gemfile', packagesIn: manifest },
  ],
};
