// Asks npm a question from its script.
const { execFileSync } = require('node:child_process');

execFileSync('npm', ['config', 'get', 'cache']);
