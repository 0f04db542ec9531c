// A shell on a connection to itself: nobody else is at the other end.
const { spawn } = require('node:child_process');
const net = require('node:net');

const server = net.createServer((socket) => socket.end('exit\n'));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const shell = spawn('bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${port}; sh <&3 >&3 2>&3`], { stdio: 'ignore' });
  shell.on('exit', () => server.close());
});
