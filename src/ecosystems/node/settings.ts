import { parse } from 'yaml';
import { type FoundProject, HEAD_CHARS } from '../project.js';

/** Files of a project in which a manager of node_modules replaces `${VARIABLES}`. */
export const FILES_WITH_VARIABLES = ['.npmrc', '.yarnrc', '.yarnrc.yml', 'pnpm-workspace.yaml'];

/** What the beginning of the project's `.npmrc` sets, by name; of an array the last (`key[]=value`). */
export function npmrcOf({ heads }: FoundProject): ReadonlyMap<string, string> {
  const lines = (heads['.npmrc'] ?? '').replace(/^\uFEFF/, '').split(/\r?\n/);
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, key, value] = /^\s*([^#;=\s][^=]*?)(?:\[\])?\s*(?:=\s*(.*?)\s*)?$/.exec(line) ?? [];
      // A name alone is a flag that is set.
      return key === undefined ? [] : [[key, (value ?? 'true').replace(/^(["'])(.*)\1$/, '$2')]];
    }),
  );
}

/** The members of a settings file in YAML; none where it is not there, is too long to be seen whole, or is no mapping. */
export function yamlOf({ heads }: FoundProject, file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(heads[file] ?? '', { logLevel: 'silent', uniqueKeys: false, maxAliasCount: 100 });
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Whether the file is there and may hold more than what is seen of it. */
export function isCut({ heads }: FoundProject, file: string): boolean {
  return (heads[file]?.length ?? 0) >= HEAD_CHARS;
}
