import { fileURLToPath } from 'node:url';

/** Absolute paths of the shipped rule files, in loading order: the first defines the macros that the others use. */
export const OWN_RULE_FILES: readonly string[] = [
  'packwarden_plumbing.yaml',
  'packwarden_credentials.yaml',
  'packwarden_network.yaml',
  'packwarden_execution.yaml',
  'packwarden_persistence.yaml',
  'packwarden_tampering.yaml',
  'packwarden_escape.yaml',
].map((name) => fileURLToPath(new URL(`../../rules/${name}`, import.meta.url)));

/** The shipped file of package behaviours that are known to be legitimate. */
export const KNOWN_PACKAGES_FILE = fileURLToPath(new URL('../../rules/packages/known.yaml', import.meta.url));

/** The shipped folder of baselines: the measured behaviour of packages. */
export const BEHAVIOURS_FOLDER = fileURLToPath(new URL('../../data/behaviours', import.meta.url));
