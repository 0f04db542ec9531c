// Waits for somebody to connect, for a moment.
const net = require('node:net');

const server = net.createServer().listen(0, '127.0.0.1', () => setTimeout(() => server.close(), 200));
