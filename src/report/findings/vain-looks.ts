import { HOME } from '../../ecosystems/places.js';
import type { Finding } from '../finding.js';

/** The rule of `rules/packwarden_plumbing.yaml` that tells of it; alone it says nothing and is not shown. */
export const VAIN_LOOK_RULE = 'Packwarden look in vain';

/** A tool looks for its own settings, under several names and in several folders. */
const MANY_PROGRAMS = 10;
/** Folders of HOME that hold one of each program. */
const SHARED = /^\.(?:config|local\/share|local\/state|cache)\//;
/** As searches for a tool's settings name them, in every folder up to HOME. */
const SETTINGS_FILE = /^\.[\w-]+rc(?:\.\w+)?$|\.config\.\w+$/;

/**
 * What a package looked for below HOME and did not find, where that belongs to so many different programs that it goes through a list: of
 * what people keep there, not of what it needs. Undefined where it is less.
 */
export function vainLooks(own: readonly Finding[]): readonly Finding[] | undefined {
  const looks = own.filter(({ rule }) => rule === VAIN_LOOK_RULE);
  const programs = new Set(looks.flatMap(({ alert }) => programOf(alert.output_fields['fd.name'] ?? '') ?? []));
  return programs.size < MANY_PROGRAMS ? undefined : looks;
}

/** Whose place it is: the first name that is not one of a folder which many share. */
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
