# The service's own images: API, worker, Redis. Sourced by scripts/setup, after image.sh, whose base image they share. Only when asked for.

service_version() { node -p "require('./package.json').version"; }

# A hash of all sources of the images, because one version may be built from different sources.
service_digest() {
  find Dockerfile LICENSE data dist falco image package.json package-lock.json protos rules scripts src/sensor/bpf src/witness/native web -type f ! -name '*.map' |
    LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum | cut -c1-16
}

setup_service_missing() {
  local name version digest tags=()
  version=$(service_version)
  digest=$(service_digest)
  for name in api worker redis; do
    [ "$(docker image inspect --format '{{index .Config.Labels "packwarden.build"}}' "packwarden/$name:$version" 2>/dev/null)" = "$digest" ] ||
      tags+=("packwarden/$name:$version")
  done
  [ ${#tags[@]} = 0 ] || echo "builds ${tags[*]}"
}

setup_service_needs_root() { setup_image_needs_root; }

# The host's npm installs from the lock file, because it knows this machine's private CA or mirror.
setup_service() {
  local base context digest name version
  [ -e dist/client/cli.tgz ] || setup_project
  version=$(service_version)
  digest=$(service_digest)
  work_dir=$(mktemp -d /var/tmp/packwarden-service.XXXXXX)
  trap 'rm -rf --one-file-system "$work_dir"' EXIT
  base=$(base_image)
  context=$work_dir/context
  mkdir "$context"
  cp package.json package-lock.json "$context/"
  (cd "$context" && quietly npm ci --omit=dev --ignore-scripts --no-audit --no-fund)
  quietly npm pack --silent --ignore-scripts --pack-destination "$work_dir"
  tar -xzf "$work_dir"/packwarden-*.tgz -C "$context"
  cp Dockerfile "$context/"
  for name in redis api worker; do
    quietly docker build --network host --build-arg "BASE=$base" --target "$name" \
      --label "packwarden.build=$digest" --tag "packwarden/$name:$version" "$context"
  done
  rm -rf --one-file-system "$work_dir"
}
