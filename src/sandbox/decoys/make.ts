import type { Decoys, RandomBytes } from './decoy.js';
import { fileDecoys } from './files.js';
import { Tokens } from './tokens.js';
import { variableDecoys } from './variables.js';

/** Creates new decoys for one job; `home` is the user's folder in the sandbox. */
export function makeDecoys(random: RandomBytes, home: string): Decoys {
  const tokens = new Tokens(random);
  const settingsToken = { name: "token for the project's settings", value: tokens.npm() };
  return { files: fileDecoys(tokens, home), variables: variableDecoys(tokens), settingsToken };
}
