// Asks for a socket that sees all traffic.
const { spawnSync } = require('node:child_process');

spawnSync('python3', ['-c', 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)']);
