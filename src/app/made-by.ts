import { createHash } from 'node:crypto';
import { readRuleFiles } from '../rules/index.js';
import { KNOWN_PACKAGES_FILE, OWN_RULE_FILES } from './own-rules.js';
import { VERSION } from './version.js';

/**
 * Packwarden's version with a digest of its rule files as they are now: reports of another word were judged otherwise. `moreRules`:
 * the service's own. @throws RuleSetError when one can't be read
 */
export async function madeBy(moreRules: readonly string[]): Promise<string> {
  const files = await readRuleFiles([...OWN_RULE_FILES, KNOWN_PACKAGES_FILE, ...moreRules]);
  const digest = createHash('sha256');
  for (const { text } of files) digest.update(`${text.length} ${text}`);
  return `${VERSION}+${digest.digest('hex').slice(0, 12)}`;
}
