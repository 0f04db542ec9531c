import type { SensorEvent } from './event.js';
import { isError } from './values/errno.js';

const RENAME_EXCHANGE = 2;

/**
 * Updates the container's symbolic links after a call. `event` must have its paths resolved. Returns false if there are too many links to
 * remember a new one.
 */
export function trackLinks({ type, record, details, container }: SensorEvent): boolean {
  const { links } = container;
  const { path, source, target, raw } = details;
  if (isError(record.ret)) return true;
  switch (type) {
    case 'symlink':
    case 'symlinkat':
      return source === undefined || raw?.target === undefined || links.made(source, raw.target);
    case 'link':
    case 'linkat':
      // Falco calls the new link the source, and the existing file the target.
      return source === undefined || target === undefined || links.copied(target, source);
    case 'rename':
    case 'renameat':
    case 'renameat2':
      if (source === undefined || target === undefined) return true;
      if (type === 'renameat2' && (record.uint(4) & RENAME_EXCHANGE) !== 0) links.exchanged(source, target);
      else links.moved(source, target);
      return true;
    case 'unlink':
    case 'unlinkat':
      if (path !== undefined) links.removed(path);
      return true;
    default:
      return true;
  }
}
