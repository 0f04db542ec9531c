// Adds to the editor's tasks and the coding assistant's settings (empty files).
const fs = require('node:fs');
const { homedir } = require('node:os');
const { join } = require('node:path');

for (const folder of [join(process.env.INIT_CWD, '.vscode'), join(homedir(), '.claude')]) {
  fs.mkdirSync(folder, { recursive: true });
  fs.closeSync(fs.openSync(join(folder, 'tasks.json'), 'a'));
}
