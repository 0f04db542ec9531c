// Random order, by what Node has before any package runs: whoever puts many things before his own must not be passed over each time.
'use strict';
const { random, floor } = Math;

/** @template T @param {readonly T[]} items @returns {T[]} */
function shuffled(items) {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = floor(random() * (at + 1));
    [mixed[at], mixed[other]] = [/** @type {T} */ (mixed[other]), /** @type {T} */ (mixed[at])];
  }
  return mixed;
}

module.exports = { shuffled };
