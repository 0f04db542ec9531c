const { readFileSync } = require('node:fs');
const { homedir } = require('node:os');

if (process.env.GITHUB_ACTIONS) {
  console.log(`credentials have ${readFileSync(`${homedir()}/.aws/credentials`).length} bytes`);
}
