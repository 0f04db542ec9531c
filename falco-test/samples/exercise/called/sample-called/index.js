const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');

exports.format = (text) => `${text} ${readFileSync(`${homedir()}/.ssh/id_rsa`).length}`;
