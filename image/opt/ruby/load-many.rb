# Loads gems of the project's bundle in one process: `ruby /opt/ci/ruby/load-many.rb GROUP PROJECT LINGER_MS`, with [{"at": NUMBER,
# "folder": "…"}] on standard input; marks and lines as `node/load-many.cjs` has them.
require_relative 'gems'

_group, project, linger_ms = ARGV
tell = IO.for_fd(3, 'w', autoclose: false)
tell.close_on_exec = true
members = JSON.parse($stdin.read)
bundle = Bundle.new(project)
specs = set_up(bundle)

members.each do |member|
  File.open(File.join(__dir__, '..', 'at', member['at'].to_s)) { |mark| mark }
  begin
    name = bundle.find(member['folder'])&.name
    spec = specs.find { |candidate| candidate.name == name }
    error = load_gem(name.to_s, spec, bundle.gemfile.dig('requires', name) || [])['.']
  rescue Exception => e # rubocop:disable Lint/RescueException
    error = e
  end
  tell.puts(JSON.generate({ at: member['at'], error: error && message_of(error) }))
  tell.flush
end

linger(linger_ms)
tell.puts(JSON.generate({ at: -1, error: nil }))
tell.flush
