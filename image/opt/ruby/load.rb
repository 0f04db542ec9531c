# Loads one gem of the project's bundle: `ruby /opt/ci/ruby/load.rb NAME|FOLDER PROJECT LINGER_MS`, with a secret on standard input
# (acting.rb). The result of each entry point is written to file descriptor 3, a JSON object per line: {"entry": ".", "error": null | "…"}.
require_relative 'acting'
require_relative 'gems'

target, project, linger_ms = ARGV
tell = IO.for_fd(3, 'w', autoclose: false)
tell.close_on_exec = true

begin
  bundle = Bundle.new(project)
  name = target.start_with?('/') ? bundle.find(target)&.name : target
  specs = set_up(bundle)
  Acting.start(project)
  spec = specs.find { |candidate| candidate.name == name }
  results = load_gem(name.to_s, spec, bundle.gemfile.dig('requires', name) || [])
rescue Exception => e # rubocop:disable Lint/RescueException
  results = { '.' => e }
end
results.each { |entry, error| tell.puts(JSON.generate({ entry: entry, error: error && message_of(error) })) }
tell.flush

linger(linger_ms)
