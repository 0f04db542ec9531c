# For RubyGems' builders of extensions: shows what a command prints as it comes, and says in the error what of it may be the reason.
# RubyGems keeps the output to itself until the command has ended, so that of what never ends nothing is seen.
require 'tempfile'

module ShownOutput
  LOOK_S = 0.1
  KEPT_BYTES = 64 * 1024
  TELLING = /error|could ?n.t|could not|can ?not|can't|not found|no such|missing|undefined|unable|required/i.freeze
  # Of mkmf and make, after what matters.
  FRAME = /\A(?:\*\*\* |make: |Could not create Makefile|necessary libraries|need configuration)/.freeze
  MAX_REASON = 200

  def run(command, results, command_name = nil, dir = Dir.pwd)
    status, output = run_shown(command, dir)
    yield(status, results) if block_given?
    return if status.success?

    raise Gem::InstallError, [*reason_in(output), "#{command_name || class_name} #{ShownOutput.ending(status)}"].join('; ')
  end

  def self.ending(status)
    status.signaled? ? "was killed by SIG#{Signal.signame(status.termsig)}" : "ended with exit code #{status.exitstatus}"
  end

  private

  # A file, not a pipe: what the command leaves running may go on writing, and nothing waits for it.
  def run_shown(command, dir)
    Tempfile.create('gem-make') do |file|
      env = { 'SOURCE_DATE_EPOCH' => Gem.source_date_epoch_string, 'RUBYGEMS_GEMDEPS' => nil }
      child = Process.detach(spawn(env, *command, chdir: dir, in: File::NULL, %i[out err] => [file.path, 'a']))
      output = +''
      loop do
        ended = !child.join(LOOK_S).nil?
        news = file.read
        # Where the reason goes, too: two streams may change places on their way.
        $stderr.write(news)
        output = (output + news)[-KEPT_BYTES..] || output + news
        return [child.value, output] if ended
      end
    end
  end

  def reason_in(output)
    lines = output.scrub.lines.map(&:strip).reject { |line| FRAME.match?(line) }
    lines.grep(TELLING).last(2).map { |line| line[0, MAX_REASON] }
  end
end
