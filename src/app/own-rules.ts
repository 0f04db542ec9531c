import { fileURLToPath } from 'node:url';

/** Our own rule files, in the order in which Falco and the sensor load them (the first holds the others' macros): absolute paths. */
export const OWN_RULE_FILES: readonly string[] = [
  'packwarden_plumbing.yaml',
  'packwarden_credentials.yaml',
  'packwarden_network.yaml',
  'packwarden_execution.yaml',
  'packwarden_persistence.yaml',
  'packwarden_tampering.yaml',
  'packwarden_escape.yaml',
].map((name) => fileURLToPath(new URL(`../../rules/${name}`, import.meta.url)));

/** What is known to be honest of single packages. */
export const KNOWN_PACKAGES_FILE = fileURLToPath(new URL('../../rules/packages/known.yaml', import.meta.url));

/** What packages were measured to do, as it is shipped: a folder. */
export const BEHAVIOURS_FOLDER = fileURLToPath(new URL('../../data/behaviours', import.meta.url));
