# Loads a plugin for RubyGems or Bundler, as the next command of either would: `ruby plugin.rb FILE FOLDER…`, with the gem's folders of
# code. Exit code 1 where it can't be loaded; what the plugin prints stays as it is.
require 'bundler'

file, *folders = ARGV
require 'bundler/plugin' if File.basename(file) == 'plugins.rb'
$LOAD_PATH.unshift(*folders)
load(file)
