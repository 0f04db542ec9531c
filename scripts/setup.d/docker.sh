# The Docker engine. Sourced by scripts/setup.

docker_log=/var/log/packwarden-dockerd.log
docker_deadline_s=90

docker_answers() { has_command docker && timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

setup_docker_missing() {
  docker_answers && return
  if [ -d /run/systemd/system ]; then
    echo 'starts the Docker engine (systemctl enable --now docker)'
  else
    echo "starts the Docker engine (dockerd in the background, log $docker_log)"
  fi
}

setup_docker_needs_root() { echo 'No Docker engine answers this user, and starting one needs root.'; }

setup_docker() {
  if [ -d /run/systemd/system ]; then
    quietly systemctl enable --now docker
  elif ! grep -qsx dockerd /proc/[0-9]*/comm; then
    # Without systemd, the control groups may not be mounted.
    mountpoint -q /sys/fs/cgroup || quietly cgroupfs-mount
    # In its own session, so that it keeps running after this script and the terminal end. A stale pid file would prevent its start.
    rm -f /var/run/docker.pid
    setsid nohup dockerd >>"$docker_log" 2>&1 </dev/null &
  fi
  local end=$((SECONDS + docker_deadline_s))
  until docker_answers; do
    if [ "$SECONDS" -ge "$end" ]; then
      tail -n 20 "$docker_log" >&2 2>/dev/null || true
      fail "the Docker engine did not answer within $docker_deadline_s s"
    fi
    sleep 0.5
  done
}
