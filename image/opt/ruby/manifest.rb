# Evaluates one gemspec, which is a program: `ruby manifest.rb FILE`, in a process of its own, so that what it does is distinguished from
# what Bundler and the Gemfile do. The specification goes to file descriptor 3 as YAML, which its reader need not evaluate;
# why there is none goes there too, after `error: `, and the exit code is 1. What the gemspec prints goes to standard error.
require 'bundler'

answer = IO.for_fd(3, 'w')
answer.close_on_exec = true
answer.sync = true
$stdout.reopen($stderr)

begin
  # Bundler does so in the gemspec's folder: many read files and Git's index from there.
  spec = Bundler.load_gemspec_uncached(ARGV.fetch(0))
  raise 'it makes no specification' unless spec

  answer.write(spec.to_yaml)
rescue Exception => e # rubocop:disable Lint/RescueException -- SystemExit and SyntaxError are ways to fail, too
  answer.write("error: #{e.message}")
  exit!(1)
end
