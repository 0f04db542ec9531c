import { HOME } from './identity.js';

const ASIDE = '.packwarden-before';

/**
 * A shell script that makes HOME and the folders for temporary files empty. What stands there is moved, not removed: a rename
 * is one event for a sensor, the removal of a `node_modules` tens of thousands, which it might not keep up with. npm's store of
 * packages comes back: npm checks what it takes out of it. Fails where a folder of that name is there already.
 */
export const SET_ASIDE = `set -e
for top in ${HOME} /tmp /dev/shm; do
  mkdir "$top/${ASIDE}"
  find "$top" -mindepth 1 -maxdepth 1 ! -name ${ASIDE} ! -name lost+found -exec mv -t "$top/${ASIDE}" {} +
done
store=.npm/_cacache
if [ -d ${HOME}/${ASIDE}/$store ]; then
  mkdir ${HOME}/.npm
  mv ${HOME}/${ASIDE}/$store ${HOME}/$store
fi
`;
