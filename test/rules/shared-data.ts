import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseJsonEvent, type RuleFile } from '../../src/rules/index.js';

/** The folder of recorded data beside the repository; tests that need it are skipped, visibly, where it is not. */
export const SHARED = fileURLToPath(new URL('../../../shared/falco/', import.meta.url));
export const hasShared = existsSync(SHARED);

/** Public and own rule files, by the name a test calls them. */
export function ruleFile(path: string): RuleFile {
  const full = path.startsWith('rules/packwarden')
    ? fileURLToPath(new URL(`../../${path}`, import.meta.url))
    : SHARED + path;
  return { path, text: readFileSync(full, 'utf8') };
}

/** A recorded alert as Falco's JSON has it; numbers of nanoseconds keep their digits as texts. */
export interface RecordedAlert {
  readonly rule: string;
  readonly output: string;
  readonly priority: string;
  readonly source: string;
  readonly tags?: readonly string[];
  readonly output_fields: Readonly<Record<string, unknown>>;
}

/** The alerts of a recording, one a line. */
export function recordedAlerts(path: string): RecordedAlert[] {
  return readFileSync(SHARED + path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseJsonEvent(line) as unknown as RecordedAlert);
}

/** The JSON alerts inside a recording of the gRPC API, made with Falco's `json_output`. */
export function alertsInGrpc(path: string): RecordedAlert[] {
  const messages = JSON.parse(readFileSync(SHARED + path, 'utf8')) as readonly { readonly output: string }[];
  return messages.map(({ output }) => parseJsonEvent(output) as unknown as RecordedAlert);
}
