import { stringify } from 'yaml';
import type { Report } from './report.js';

/** The package managers that are told by a file which dependency scripts may run; yarn 1 runs all and has no such form. */
export const FORMS = ['npm', 'pnpm', 'pnpm10', 'yarn'] as const;
export type Form = (typeof FORMS)[number];

/** One package manager's way to write the decision down. */
export interface AllowScriptsForm {
  readonly file: string;
  /** What belongs into that file, in its own syntax. */
  readonly text: string;
}

interface Decision {
  readonly name: string;
  /** `name@version`, as the report gives it. */
  readonly pinned: string;
}

/** `@scope/name@1.0.0`: the version stands behind the last `@`. */
function parseSpec(pinned: string): Decision {
  const at = pinned.lastIndexOf('@');
  return { name: at > 0 ? pinned.slice(0, at) : pinned, pinned };
}

/**
 * What a reviewer pastes. Allowed is the version that was watched and no other; refused is the name, whatever comes next
 * (npm asks for this asymmetry: `npm approve-scripts` writes the same). What nobody needs is refused like what misbehaved, but
 * not where another version of it is allowed.
 */
export function allowScriptsForm(decision: Report['allowScripts'], form: Form): AllowScriptsForm {
  const { recommended, refused, unneeded = [] } = decision;
  const allowed = recommended.map(parseSpec);
  const allowedNames = new Set(allowed.map(({ name }) => name));
  const useless = unneeded.map((spec) => parseSpec(spec).name).filter((name) => !allowedNames.has(name));
  const denied = [...new Set([...refused.map((spec) => parseSpec(spec).name), ...useless])];
  const decisions = <T>(yes: T, no: T): Record<string, T> =>
    Object.fromEntries([...allowed.map(({ pinned }) => [pinned, yes]), ...denied.map((name) => [name, no])]);
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  if (form === 'npm') return { file: 'package.json', text: json({ allowScripts: decisions(true, false) }) };
  if (form === 'pnpm') return { file: 'pnpm-workspace.yaml', text: stringify({ allowBuilds: decisions(true, false) }) };
  if (form === 'yarn') {
    const meta = decisions({ built: true }, { built: false });
    return { file: 'package.json', text: json({ dependenciesMeta: meta }) };
  }
  // pnpm 10 takes names: a name that is also refused in another version stays refused.
  const names = [...new Set(allowed.map(({ name }) => name))].filter((name) => !denied.includes(name));
  const lists = { onlyBuiltDependencies: names, ignoredBuiltDependencies: denied };
  return { file: 'pnpm-workspace.yaml', text: stringify(lists) };
}
