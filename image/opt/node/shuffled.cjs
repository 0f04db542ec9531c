// Random order, with functions saved before any package runs: code that is hidden behind many other entries must not be skipped every time.
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
