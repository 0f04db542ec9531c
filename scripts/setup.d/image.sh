# The sandbox images: npm (also for yarn and pnpm) and bundler. Sourced by scripts/setup. Their tag is a hash of image/, which src/sandbox/container/image-tag.ts computes as well:
# changing the definition changes the tag, so a service never runs with an image of another version.

# shellcheck source=/dev/null
source image/versions.env

image_tag() {
  local hash
  hash=$(cd image && find . -type f | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum | cut -c1-12)
  echo "packwarden/sandbox-$1:$hash"
}

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

node_arch() {
  case $(uname -m) in
    x86_64) echo x64 ;;
    aarch64) echo arm64 ;;
    *) fail "no Node binary for $(uname -m)" ;;
  esac
}

# On x64, the baseline build, which also runs on processors without AVX2. There is only one build for ARM.
bun_package() {
  case $(node_arch) in
    x64) echo @oven/bun-linux-x64-baseline ;;
    arm64) echo @oven/bun-linux-aarch64 ;;
  esac
}

setup_image_missing() {
  local ecosystem tag tags=()
  for ecosystem in npm bundler; do
    tag=$(image_tag "$ecosystem")
    has_image "$tag" || tags+=("$tag")
  done
  [ ${#tags[@]} = 0 ] || echo "builds ${tags[*]} (Node $NODE_VERSION, npm $NPM_VERSION; some minutes the first time)"
}

# With an image registry, anybody with access to Docker can build the image; debootstrap needs root.
setup_image_needs_root() {
  docker_answers || echo 'No Docker engine answers this user.'
  registry_answers || echo 'No image registry answers, and building the image from Debian packages needs root.'
}

# Any HTTP status counts as an answer (401 without a token). A configured mirror may be reachable when Docker Hub is not.
registry_answers() {
  [ "$(docker info --format '{{len .RegistryConfig.Mirrors}}' 2>/dev/null || echo 0)" != 0 ] && return 0
  [ "$(curl -s -m 8 -o /dev/null -w '%{http_code}' https://registry-1.docker.io/v2/ || true)" != 000 ]
}

# Prints the base image's name, and builds the image if it does not exist.
base_image() {
  local official="node:$NODE_VERSION-$DEBIAN_SUITE" own="packwarden/base:$NODE_VERSION-$DEBIAN_SUITE"
  if has_image "$official"; then echo "$official"; return; fi
  if has_image "$own"; then echo "$own"; return; fi
  if registry_answers && timeout 900 docker pull "$official" >>"$log_file" 2>&1; then echo "$official"; return; fi
  say "image: no image registry gives $official, so it is made with debootstrap and npm's node-linux-$(node_arch)" >&2
  is_root || fail "making an image from Debian packages needs root. Run: sudo $root_dir/scripts/setup"
  bootstrap_base "$own"
  echo "$own"
}

bootstrap_base() {
  local tag=$1 work=$work_dir/base
  mkdir "$work"
  quietly debootstrap --variant=minbase "$DEBIAN_SUITE" "$work/rootfs" http://deb.debian.org/debian
  cat >"$work/rootfs/etc/apt/sources.list" <<SOURCES
deb http://deb.debian.org/debian $DEBIAN_SUITE main
deb http://deb.debian.org/debian $DEBIAN_SUITE-updates main
deb http://deb.debian.org/debian-security $DEBIAN_SUITE-security main
SOURCES
  fetch_npm_package "node-linux-$(node_arch)@$NODE_VERSION" "$work/node.tgz"
  mkdir "$work/node"
  tar -xzf "$work/node.tgz" -C "$work/node" --strip-components=1 --no-same-owner
  install -D -m 755 "$work/node/bin/node" "$work/rootfs/usr/local/bin/node"
  mkdir -p "$work/rootfs/usr/local/include"
  cp -r "$work/node/include/node" "$work/rootfs/usr/local/include/node"
  chown -R 0:0 "$work/rootfs/usr/local"
  rm -rf "$work/rootfs/var/cache/apt/archives/"*.deb "$work/rootfs/var/lib/apt/lists/"*
  tar -C "$work/rootfs" --one-file-system -c . | docker import \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' --change 'CMD ["bash"]' \
    - "$tag" >>"$log_file"
}

# npm verifies the tarball's hash, and knows this machine's private CA if there is one.
fetch_npm_package() {
  local folder
  folder=$(mktemp -d "$work_dir/npm.XXXXXX")
  (cd "$folder" && npm pack --silent "$1" >>"$log_file" 2>&1) || fail "could not fetch $1 from the npm registry (log: $log_file)"
  mv "$folder"/*.tgz "$2"
}

setup_image() {
  local base context managers
  # Needs some 800 MB temporarily, so not in /tmp, which may be in memory.
  work_dir=$(mktemp -d /var/tmp/packwarden-image.XXXXXX)
  trap 'rm -rf --one-file-system "$work_dir"' EXIT
  base=$(base_image)
  context=$work_dir/context managers=$work_dir/context/managers
  cp -r image "$context"
  mkdir "$managers"
  fetch_npm_package "npm@$NPM_VERSION" "$managers/npm.tgz"
  # pnpm is a native program; its wrapper package contains node-gyp.
  fetch_npm_package "pnpm@$PNPM_VERSION" "$managers/pnpm.tgz"
  fetch_npm_package "@pnpm/exe.linux-$(node_arch)@$PNPM_VERSION" "$managers/pnpm-exe.tgz"
  fetch_npm_package "pnpm@$PNPM_10_VERSION" "$managers/pnpm-10.tgz"
  fetch_npm_package "pnpm@$PNPM_9_VERSION" "$managers/pnpm-9.tgz"
  fetch_npm_package "yarn@$YARN_CLASSIC_VERSION" "$managers/yarn-classic.tgz"
  fetch_npm_package "@yarnpkg/cli-dist@$YARN_BERRY_VERSION" "$managers/yarn-berry.tgz"
  fetch_npm_package "$(bun_package)@$BUN_VERSION" "$managers/bun.tgz"
  # Libraries that our own programs in the image import.
  fetch_npm_package "yaml@$YAML_VERSION" "$managers/yaml.tgz"
  fetch_npm_package "@yarnpkg/cli-dist@$YARN_3_VERSION" "$managers/yarn-3.tgz"
  # On the host's network, so that names resolve in the build as they do on this machine.
  local ecosystem
  for ecosystem in npm bundler; do
    quietly docker build --network host --build-arg "BASE=$base" --build-arg "BUNDLER_VERSION=$BUNDLER_VERSION" \
      --target "$ecosystem" --tag "$(image_tag "$ecosystem")" "$context"
  done
  rm -rf --one-file-system "$work_dir"
}
