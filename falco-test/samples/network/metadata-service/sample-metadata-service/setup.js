// Asks the cloud's metadata address.
const net = require('node:net');

const socket = net.connect(80, '169.254.169.254');
socket.on('error', () => {});
setTimeout(() => socket.destroy(), 300);
