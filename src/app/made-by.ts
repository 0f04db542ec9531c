import { createHash } from 'node:crypto';
import { readRuleFiles } from '../rules/index.js';
import { KNOWN_PACKAGES_FILE, OWN_RULE_FILES } from './own-rules.js';
import { VERSION } from './version.js';

/**
 * Packwarden's version with a digest of the current rule files: two reports are only comparable if they agree in it. `moreRules`: the
 * operator's own rule files. @throws RuleSetError when one can't be read
 */
export async function madeBy(moreRules: readonly string[]): Promise<string> {
  const files = await readRuleFiles([...OWN_RULE_FILES, KNOWN_PACKAGES_FILE, ...moreRules]);
  const digest = createHash('sha256');
  for (const { text } of files) digest.update(`${text.length} ${text}`);
  return `${VERSION}+${digest.digest('hex').slice(0, 12)}`;
}
