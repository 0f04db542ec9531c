import { parse } from 'yaml';
import { type FoundProject, HEAD_CHARS } from '../project.js';

/** Files of a project in which node_modules managers replace `${VARIABLES}`. */
export const FILES_WITH_VARIABLES = ['.npmrc', '.yarnrc', '.yarnrc.yml', 'pnpm-workspace.yaml'];

/** The settings in the beginning of the project's `.npmrc`, by name; for an array the last one (`key[]=value`). */
export function npmrcOf({ heads }: FoundProject): ReadonlyMap<string, string> {
  const lines = (heads['.npmrc'] ?? '').replace(/^\uFEFF/, '').split(/\r?\n/);
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, key, value] = /^\s*([^#;=\s][^=]*?)(?:\[\])?\s*(?:=\s*(.*?)\s*)?$/.exec(line) ?? [];
      // A name without a value is a flag.
      return key === undefined ? [] : [[key, (value ?? 'true').replace(/^(["'])(.*)\1$/, '$2')]];
    }),
  );
}

/** The members of a YAML settings file; empty if it is missing, too long to be read completely, or not a mapping. */
export function yamlOf({ heads }: FoundProject, file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(heads[file] ?? '', { logLevel: 'silent', uniqueKeys: false, maxAliasCount: 100 });
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Whether the file exists and may contain more than was read. */
export function isCut({ heads }: FoundProject, file: string): boolean {
  return (heads[file]?.length ?? 0) >= HEAD_CHARS;
}
