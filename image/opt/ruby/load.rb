# Loads one gem of the project's bundle, the way a program that uses it would: `ruby /opt/packwarden/ruby/load.rb NAME PROJECT
# LINGER_MS`. How it went is told on file descriptor 3: {"entry": ".", "error": null | "…"}.
require 'json'

name, _project, linger_ms = ARGV
tell = IO.for_fd(3, 'w', autoclose: false)
tell.close_on_exec = true

begin
  require 'bundler/setup'
  begin
    require name
  rescue LoadError => e
    # `net-ssh` is required as `net/ssh`, which Bundler tries too.
    raise if e.path != name || !name.include?('-')

    require name.tr('-', '/')
  end
  error = nil
rescue Exception => e # rubocop:disable Lint/RescueException -- SystemExit and SyntaxError are ways to fail, too
  error = e.message.to_s.lines.first.to_s.strip[0, 300]
end
tell.puts(JSON.generate({ entry: '.', error: error }))
tell.flush

# A loaded gem may go on doing things in threads of its own.
deadline = Process.clock_gettime(Process::CLOCK_MONOTONIC) + (linger_ms.to_i / 1000.0)
(Thread.list - [Thread.current]).each do |thread|
  left = deadline - Process.clock_gettime(Process::CLOCK_MONOTONIC)
  thread.join(left) if left.positive?
rescue StandardError
  next
end
