import type { Alert } from '../../falco/alert.js';

/** The fields in which an alert names a file: `fd.name` for an open, otherwise the arguments of system calls (Falco 0.40). */
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

/** Every file that an alert names: for a move both paths, for a link the link and its target. */
export function touchedFiles({ fields }: Pick<Alert, 'fields'>): readonly string[] {
  return PATH_FIELDS.flatMap((name) => fields[name] ?? []).filter((path) => path !== '');
}

/** Whether a path is the folder itself or lies in it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
