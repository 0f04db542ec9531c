# System packages. Sourced by scripts/setup.

has_command() { command -v "$1" >/dev/null 2>&1; }

# Installs Debian packages without their recommendations. Other steps use it too.
install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  quietly apt-get update
  quietly apt-get install -y --no-install-recommends "$@"
}

has_bpftool() {
  # Ubuntu's bpftool wrapper works only if the tools of the running kernel are installed.
  has_command bpftool && bpftool version >/dev/null 2>&1 && return 0
  compgen -G '/usr/lib/linux-tools*/*/bpftool' >/dev/null || compgen -G '/usr/lib/linux-tools-*/bpftool' >/dev/null
}

# Checks for the programs, not for the packages: docker-ce is as good as docker.io.
missing_packages() {
  local package
  docker_answers || { has_command dockerd && has_command docker; } || echo docker.io
  for package in redis-server clang make gcc debootstrap iptables curl openssl; do
    has_command "$package" || echo "$package"
  done
  # If the kernel has AppArmor, the engine can start containers only with the tool that loads profiles.
  if [ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ]; then has_command apparmor_parser || echo apparmor; fi
  [ -d /run/systemd/system ] || mountpoint -q /sys/fs/cgroup || has_command cgroupfs-mount || echo cgroupfs-mount
  has_command llvm-strip || compgen -G '/usr/lib/llvm-*/bin/llvm-strip' >/dev/null || echo llvm
  [ -e /usr/include/bpf/libbpf.h ] || echo libbpf-dev
  [ -e /usr/include/libelf.h ] || echo libelf-dev
  [ -e /usr/include/zlib.h ] || echo zlib1g-dev
  [ -e /usr/include/stdlib.h ] || echo libc6-dev
  [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
  has_bpftool || bpftool_package
}

# bpftool is a package of its own on Debian, and part of linux-tools on Ubuntu.
bpftool_package() {
  if grep -qi '^ID=ubuntu' /etc/os-release; then echo "linux-tools-common linux-tools-generic"; else echo bpftool; fi
}

setup_packages_missing() {
  local packages
  packages=$(missing_packages | xargs)
  [ -z "$packages" ] || echo "installs $packages"
}

setup_packages_needs_root() { echo 'Installing packages needs root.'; }

setup_packages() {
  local packages brings_redis
  has_command apt-get || fail "this is no Debian or Ubuntu: install by hand what the line above names, then run this again"
  # Word splitting is intended: one argument per package.
  # shellcheck disable=SC2207
  packages=($(missing_packages))
  [[ " ${packages[*]} " == *' redis-server '* ]] && brings_redis=1 || brings_redis=
  install_packages "${packages[@]}"
  # Packwarden runs a redis-server of its own; the one that Debian starts on port 6379 is not needed.
  if [ -n "$brings_redis" ] && [ -d /run/systemd/system ]; then
    say 'packages: stops the redis-server service that Debian started (Packwarden runs its own)'
    quietly systemctl disable --now redis-server
  fi
}
