# Programs that only tests use: Prometheus, docker-compose and Go templates for the files in deploy/, busybox's shell for those in ci/. Sourced by scripts/setup.

missing_testing() {
  local shell
  { has_command prometheus && has_command promtool; } || echo prometheus
  { has_command go && [ -d /usr/share/gocode/src/github.com/Masterminds/sprig ]; } || echo golang-go golang-github-masterminds-sprig-dev
  has_command docker-compose || echo docker-compose
  for shell in busybox dash; do has_command "$shell" || echo "$shell"; done
}

setup_testing_missing() {
  local packages
  packages=$(missing_testing | xargs)
  [ -z "$packages" ] || echo "installs $packages"
}

setup_testing_needs_root() { echo 'Installing packages needs root.'; }

setup_testing() {
  local packages
  # shellcheck disable=SC2207
  packages=($(missing_testing))
  # The tests start their own Prometheus, not Debian's service. Without systemd, RUNLEVEL=1 keeps the service from starting.
  RUNLEVEL=1 install_packages "${packages[@]}"
  [[ " ${packages[*]} " == *' prometheus '* ]] || return 0
  say "testing: keeps Debian's prometheus service from starting"
  if [ -d /run/systemd/system ]; then quietly systemctl disable --now prometheus; fi
  quietly update-rc.d prometheus disable
}
