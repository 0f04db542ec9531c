// Changes a program of a package beside it.
const fs = require('node:fs');
const { join } = require('node:path');

fs.appendFileSync(join(__dirname, '..', 'sample-victim', 'index.js'), '// changed\n');
