# The service's images: `api`, `worker`, and a `redis` for a machine by itself. Built by scripts/setup --only service from what it puts beside this
# file: package/, which is `npm pack` of the built project, and node_modules/, which is what the lock file says, without what is for developing.
# BASE is an image of Debian with Node, as the sandboxes' (scripts/setup.d/image.sh): no image registry is needed.
ARG BASE

FROM ${BASE} AS sensor
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      bpftool clang gcc libbpf-dev libc6-dev libelf-dev llvm make zlib1g-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/packwarden
COPY package/ ./
RUN bash scripts/build-sensor

FROM ${BASE} AS redis
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server redis-tools \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 10001 -g 10001 -m 700 /data /run/packwarden-redis
USER 10001:10001
WORKDIR /data
# A socket in a shared folder, nothing on a network; an answered id is a promise, so every write is synced; nothing is evicted.
CMD ["redis-server", "--port", "0", "--unixsocket", "/run/packwarden-redis/redis.sock", "--unixsocketperm", "700", \
     "--dir", "/data", "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction"]
HEALTHCHECK --interval=5s --timeout=3s CMD ["redis-cli", "-s", "/run/packwarden-redis/redis.sock", "ping"]

# What both halves of the service are made of; nothing in it can be written to by the user that runs it.
FROM ${BASE} AS service
WORKDIR /opt/packwarden
COPY node_modules/ node_modules/
COPY package/ ./
# The folder of uploads is the API's, whoever of the two comes first.
RUN install -d -o 10001 -g 10001 -m 700 /var/lib/packwarden /var/lib/packwarden/spool /run/packwarden-redis
ENV NODE_ENV=production PACKWARDEN_DATA_DIR=/var/lib/packwarden
ENTRYPOINT ["node", "dist/cli/main.js"]

FROM service AS api
USER 10001:10001
EXPOSE 3000
CMD ["serve", "--role", "api"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# It loads eBPF programs, marks files by fanotify, sets iptables' rules and talks to the Docker engine: root, whose capabilities compose names.
FROM service AS worker
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      ca-certificates e2fsprogs iptables libbpf1 libelf1 mount openssl util-linux zlib1g \
 && rm -rf /var/lib/apt/lists/*
COPY --from=sensor /opt/packwarden/build build
ENV PACKWARDEN_WORKER_PORT=3002
CMD ["serve", "--role", "worker"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3002/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
