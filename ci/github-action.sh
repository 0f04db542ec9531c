#!/usr/bin/env bash
# Run by action.yml: fetches the service's command line into an empty folder and analyzes the project with it. docs/ci.md#github
set -euo pipefail

fail() { echo "::error::packwarden: $*"; exit 2; }

command -v node >/dev/null || fail 'this runner has no Node: use actions/setup-node first'
case $PACKWARDEN_URL in http://* | https://*) ;; *) fail "url: $PACKWARDEN_URL is not an http or https address" ;; esac

# An empty folder, so that no file of the checkout (.npmrc, node_modules/.bin) can change what runs.
cli=$(mktemp -d)
trap 'rm -rf "$cli"' EXIT
node "$(dirname "${BASH_SOURCE[0]}")/fetch-cli.mjs" "${PACKWARDEN_URL%/}" "$cli/cli.tgz"
tar -xzf "$cli/cli.tgz" -C "$cli"

arguments=(analyze "$WANTED_DIRECTORY" --fail-on "$WANTED_FAIL_ON" --retry-for "$PACKWARDEN_RETRY_FOR" --format text)
arguments+=(--output "sarif=$WANTED_SARIF" --output "json=$WANTED_REPORT" --project "$PROJECT_ID" --ref "$PROJECT_REF")
[ -z "$DEFAULT_BRANCH" ] || arguments+=(--default-branch "$DEFAULT_BRANCH")
[ "$WANTED_DIRECTORY" = . ] || arguments+=(--part "$WANTED_DIRECTORY")
[ -z "$WANTED_MANAGER" ] || arguments+=(--manager "$WANTED_MANAGER")
[ -z "$WANTED_INCLUDE" ] || arguments+=(--include "$WANTED_INCLUDE")
[ -z "$WANTED_TIMEOUT" ] || arguments+=(--timeout "$WANTED_TIMEOUT")

code=0
node "$cli/package/dist/cli/client.js" "${arguments[@]}" | tee "$cli/report" || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
# The report contains text of packages: it must not be able to close the code fence.
{ printf '~~~~~~~~~~~~text\n'; sed 's/^~~~~/ &/' "$cli/report"; printf '~~~~~~~~~~~~\n'; } >>"$GITHUB_STEP_SUMMARY"
exit "$code"
