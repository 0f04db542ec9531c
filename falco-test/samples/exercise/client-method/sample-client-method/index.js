// Exports a client: what it does is a method of an object that a function returns.
const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

exports.createClient = () => ({
  users: {
    list() {
      try {
        readFileSync(join(homedir(), '.ssh/id_rsa'));
      } catch {
        // There is none.
      }
      return [];
    },
  },
});
