# Lists the gems of a project's bundle: `ruby gems.rb PROJECT` prints one JSON object per line, the project itself first, in
# the shape of InstalledPackage (src/ecosystems/installed-package.ts). Bundler evaluates the Gemfile for it, so what that prints
# goes to standard error.
require 'json'

out = $stdout.dup
$stdout.reopen($stderr)
require 'bundler'

MAX_GEMS = 10_000
MAX_NAME = 214
project = File.realpath(ARGV.fetch(0))
definition = Bundler.definition
specs = Bundler.load.specs.reject { |spec| spec.name == 'bundler' }.first(MAX_GEMS)
folders = specs.to_h { |spec| [spec.name, File.realpath(spec.full_gem_path)] }

# Bundler builds the extensions of gems from a registry and from git, not those of a folder that `path:` names.
scripts_of = lambda do |spec|
  next [] if spec.source.instance_of?(Bundler::Source::Path)

  spec.extensions.map { |file| File.basename(file)[0, 32] }.uniq.first(16)
end

print_line = lambda do |name, version, path, real_path, scripts, names|
  known = names.select { |dependency| folders.key?(dependency) }
  line = { name: name[0, MAX_NAME], version: version.to_s, path: path, realPath: real_path, optional: false,
           from: { kind: path == '.' ? 'project' : 'unknown', resolved: nil, integrity: nil }, scripts: scripts,
           dependencies: known.first(2000), resolved: known.first(2000).to_h { |dependency| [dependency, folders[dependency]] } }
  out.puts(JSON.generate(line))
end

print_line.call(File.basename(project), '', '.', project, [], definition.dependencies.map(&:name))
specs.each do |spec|
  folder = folders[spec.name]
  path = folder.start_with?("#{project}/") ? folder[(project.size + 1)..] : folder
  print_line.call(spec.name, spec.version, path, folder, scripts_of.call(spec), spec.runtime_dependencies.map(&:name))
end
