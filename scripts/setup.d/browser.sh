# A headless browser, for the tests of the pages only: neither the service nor the demo needs it. Sourced by scripts/setup.

setup_browser_missing() { has_command chromium || has_command google-chrome || echo 'installs chromium'; }

setup_browser_needs_root() { echo 'Installing chromium needs root.'; }

setup_browser() {
  # Ubuntu's chromium package is only a pointer to a snap.
  if grep -qi '^ID=ubuntu' /etc/os-release; then fail 'install Google Chrome (google-chrome): Ubuntu has no chromium package'; fi
  install_packages chromium fonts-dejavu-core
}
