# A headless browser, only for the tests of the pages and `npm run screenshots`. Sourced by scripts/setup.

setup_browser_missing() { has_command chromium || has_command google-chrome || echo 'installs chromium'; }

setup_browser_needs_root() { echo 'Installing chromium needs root.'; }

setup_browser() {
  # Ubuntu's chromium package only installs a snap.
  if grep -qi '^ID=ubuntu' /etc/os-release; then fail 'install Google Chrome (google-chrome): Ubuntu has no chromium package'; fi
  install_packages chromium fonts-dejavu-core
}
