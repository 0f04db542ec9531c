# The project's own dependencies and build. Sourced by scripts/setup.

build_stamp=dist/.built

dependencies_stale() { [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; }

build_stale() {
  [ -e "$build_stamp" ] && [ -e build/sensor/packwarden-probe ] && [ -e build/witness/packwarden-witness ] && [ -e dist/client/cli.tgz ] || return 0
  [ -n "$(find src scripts/build-sensor scripts/build-client.mjs image/versions.env package.json LICENSE tsconfig.json tsconfig.build.json package-lock.json -newer "$build_stamp" -print -quit)" ]
}

setup_project_missing() {
  if dependencies_stale; then
    echo 'runs npm ci and npm run build'
  elif build_stale; then
    echo 'runs npm run build'
  fi
}

setup_project() {
  if dependencies_stale; then quietly npm ci --no-audit --no-fund; fi
  quietly npm run build
  touch "$build_stamp"
}
