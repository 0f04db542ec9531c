# What lock files of newer Bundlers hold and Bundler 2.3 does not know: checksums, and platforms that name a C library.
require 'bundler'
require 'bundler/rubygems_gem_installer'
require 'bundler/lockfile_generator'
require_relative '../checksums'

module NewerLocks
  # A gem whose file is not the locked one is not unpacked.
  module CheckedGems
    def pre_install_checks
      expected = Checksums.of_lock_file[spec]
      found = Digest::SHA256.file(@package.gem.path).hexdigest
      return super if expected.nil? || expected == found

      raise Bundler::SecurityError, "#{spec.full_name}.gem is not what #{Bundler.default_lockfile.basename} says: its SHA-256 " \
                                    "is #{found}, and should be #{expected}"
    end
  end

  # Else they would be lost when the lock file is written.
  module KeptChecksums
    private

    def add_bundled_with
      lines = Checksums.of_lock_file.lines_for(definition.resolve.to_a)
      out << "\nCHECKSUMS\n#{lines.join}" unless lines.empty?
      super
    end
  end

  # For RubyGems 3.3 `linux-musl` is a linux like any other.
  module Libraries
    def ===(other)
      super && (os != 'linux' || (version == 'musl') == (other.version == 'musl'))
    end
  end

  # A file `x-1.0-x86_64-linux-gnu.gem` is of the platform that RubyGems 3.3 calls `x86_64-linux`.
  module CachedByOwnName
    def cached_path(spec)
      super || caches.product(["#{spec.name}-#{spec.version}-#{spec.platform}-gnu.gem"]).map { |parts| parts.join('/') }
                     .find { |file| File.exist?(file) }
    end
  end
end

Bundler::RubyGemsGemInstaller.prepend(NewerLocks::CheckedGems)
Bundler::LockfileGenerator.prepend(NewerLocks::KeptChecksums)
Gem::Platform.prepend(NewerLocks::Libraries)
Bundler::Source::Rubygems.prepend(NewerLocks::CachedByOwnName)
