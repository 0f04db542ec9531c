// Keeps a package from ending the process, at once or later, because other loads or calls are still to come in it. An error stops the
// package's code just as ending the process would.
'use strict';

/** To be called before any package runs. The returned function returns how often a package tried to end the process. */
function refuseExits() {
  let exits = 0;
  process.exit = function exit(code) {
    exits += 1;
    throw new Error(`process.exit(${code ?? ''})`);
  };
  return () => exits;
}

module.exports = { refuseExits };
