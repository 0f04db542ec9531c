// A plugin for yarn 2 and later (`YARN_PLUGINS`): runs each script by `sh -c` in the package's folder, as npm, pnpm and yarn 1
// do. Yarn's own shell runs `echo`, `cd` and redirections inside of yarn's process: what a script does so can't be told from what
// yarn does, and a script of nothing else is not seen to run.
'use strict';
const { spawn } = require('node:child_process');

function run(script, { args, cwd, env, stdout, stderr }) {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', script, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(stdout, { end: false });
    child.stderr.pipe(stderr, { end: false });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

module.exports = {
  name: 'packwarden-scripts',
  factory: () => ({
    hooks: {
      wrapScriptExecution: async (_executor, _project, _locator, _scriptName, execution) => () =>
        run(execution.script, execution),
    },
  }),
};
