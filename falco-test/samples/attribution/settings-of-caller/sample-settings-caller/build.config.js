const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');

console.log(`the key has ${readFileSync(`${homedir()}/.ssh/id_rsa`).length} bytes`);
module.exports = {};
