const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

// What is read goes nowhere.
module.exports = (who) => {
  if (who === 'sample-function-caller') readFileSync(join(homedir(), '.ssh', 'id_rsa'));
};
