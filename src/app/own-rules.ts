import { fileURLToPath } from 'node:url';

/** Our own rule files, in the order in which Falco and the sensor load them: absolute paths. */
export const OWN_RULE_FILES: readonly string[] = ['packwarden_plumbing.yaml', 'packwarden_rules.yaml'].map((name) =>
  fileURLToPath(new URL(`../../rules/${name}`, import.meta.url)),
);
