/**
 * Commands of runtimes and package managers, which are published as packages under several names, and the names of the packages that may
 * contain them.
 */
export const COMMAND_OWNERS: Readonly<Record<string, RegExp>> = {
  node: /\bnode\b/,
  npm: /\bnpm\b/,
  npx: /\bnp[mx]\b/,
  pnpm: /\b(?:pnpm|corepack)\b/,
  pnpx: /\b(?:pnpm|pnpx|corepack)\b/,
  yarn: /\b(?:yarn|yarnpkg|corepack)\b/,
};
