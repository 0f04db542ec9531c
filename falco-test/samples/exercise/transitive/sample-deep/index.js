const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');

console.log(`id_rsa has ${readFileSync(`${homedir()}/.ssh/id_rsa`).length} bytes`);
module.exports = String;
