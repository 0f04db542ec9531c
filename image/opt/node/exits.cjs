// Keeps a package from ending the process, at once or later: it holds others' loads, or calls, that are still to come. An error stops the
// package's code as the end would have.
'use strict';

/** To be called before any package runs. The returned function tells how often a package wanted to end the process. */
function refuseExits() {
  let exits = 0;
  process.exit = function exit(code) {
    exits += 1;
    throw new Error(`process.exit(${code ?? ''})`);
  };
  return () => exits;
}

module.exports = { refuseExits };
