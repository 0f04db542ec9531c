// Removes its own script and puts another manifest in its place.
const fs = require('node:fs');
const { join } = require('node:path');

const manifest = join(__dirname, 'package.json');
fs.writeFileSync(`${manifest}.new`, fs.readFileSync(manifest));
fs.renameSync(`${manifest}.new`, manifest);
fs.unlinkSync(__filename);
