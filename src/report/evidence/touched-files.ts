import type { Alert } from '../../falco/alert.js';

/** Where an alert names a file that it is about: `fd.name` of an open, the arguments of calls by name (Falco 0.40). */
const PATH_FIELDS = [
  'fd.name',
  'fs.path.name',
  'evt.arg.path',
  'evt.arg.name',
  'evt.arg.filename',
  'evt.arg.pathname',
  'evt.arg.oldpath',
  'evt.arg.newpath',
  'evt.arg.linkpath',
  'evt.arg.target',
] as const;

/** Every file that an alert names: of a move both its places, of a link the link and where it leads. */
export function touchedFiles({ fields }: Pick<Alert, 'fields'>): readonly string[] {
  return PATH_FIELDS.flatMap((name) => fields[name] ?? []).filter((path) => path !== '');
}

/** Whether a path is a folder itself or lies in it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
