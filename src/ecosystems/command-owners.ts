/**
 * Commands of runtimes and package managers, which are delivered as packages of several names, and the names of packages that may bring
 * them.
 */
export const COMMAND_OWNERS: Readonly<Record<string, RegExp>> = {
  node: /\bnode\b/,
  npm: /\bnpm\b/,
  npx: /\bnp[mx]\b/,
  pnpm: /\b(?:pnpm|corepack)\b/,
  pnpx: /\b(?:pnpm|pnpx|corepack)\b/,
  yarn: /\b(?:yarn|yarnpkg|corepack)\b/,
};
