# Where the programs of this folder leave what they tell each other, and where Bundler puts a project's gems.
require 'bundler'
require 'digest/sha2'
require 'fileutils'

module Places
  # Of the fetch, for the programs that run after it. Written in a step in which the Gemfile runs: data, never to be evaluated.
  RECORD = File.join(Dir.home, '.cache', 'ci')

  module_function

  # The specification of a gem that lies in a folder or came from Git, evaluated once, while it was fetched.
  def specification(gemspec)
    File.join(RECORD, 'gemspecs', "#{Digest::SHA256.hexdigest(File.expand_path(gemspec))}.yaml")
  end

  # What else of the Gemfile must be known later: a JSON object.
  def gemfile_record
    File.join(RECORD, 'gemfile.json')
  end

  def write(file, text)
    FileUtils.mkdir_p(File.dirname(file))
    File.write(file, text)
  end
end
