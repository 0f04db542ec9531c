// Connects to an address of the documentation network (RFC 5737), which leads nowhere.
const net = require('node:net');

const socket = net.connect(4444, '203.0.113.7');
socket.on('error', () => {});
setTimeout(() => socket.destroy(), 300);
