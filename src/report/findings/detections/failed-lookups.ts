import { HOME } from '../../../ecosystems/places.js';
import type { Finding } from '../../finding.js';

/** The rule of `rules/packwarden_plumbing.yaml` for lookups of files that do not exist; a single one is not shown in a report. */
export const FAILED_LOOKUP_RULE = 'Packwarden failed lookup';

/** From this number of programs on. A tool that looks for its own settings tries several names and folders, but of few programs. */
const MANY_PROGRAMS = 10;
/** Folders of HOME in which each program has its own subfolder. */
const SHARED = /^\.(?:config|local\/share|local\/state|cache)\//;
/** Names of settings files, which tools look for in every folder up to HOME. */
const SETTINGS_FILE = /^\.[\w-]+rc(?:\.\w+)?$|\.config\.\w+$/;

/**
 * The files below HOME that a package looked for and did not find, if they belong to so many different programs that it must be
 * going through a list of what people keep there, instead of looking for what it needs. Undefined if there are fewer programs.
 */
export function failedLookups(own: readonly Finding[]): readonly Finding[] | undefined {
  const looks = own.filter(({ rule }) => rule === FAILED_LOOKUP_RULE);
  const programs = new Set(looks.flatMap(({ alert }) => programOf(alert.output_fields['fd.name'] ?? '') ?? []));
  return programs.size < MANY_PROGRAMS ? undefined : looks;
}

/** The program that a file belongs to: the first part of its path that is not a shared folder. */
function programOf(file: string): string | undefined {
  if (!file.startsWith(`${HOME}/.`)) return undefined;
  const relative = file.slice(HOME.length + 1);
  const [name = ''] = relative.replace(SHARED, '').split('/');
  return SETTINGS_FILE.test(name)
    ? undefined
    : name
        .replace(/^\.+/, '')
        .toLowerCase()
        .split(/[^a-z0-9]/)[0];
}
