import { CACHES, HOME } from '../../../ecosystems/places.js';
import type { FileState, Snapshot } from '../../../report/changes/snapshot.js';
import { SandboxError } from '../../errors.js';
import type { ContainerCommands } from '../exec/commands.js';

/** About 800,000 files. */
const MAX_BYTES = 128 * 1024 * 1024;

/** What `find` prints for each file, separated by NUL, since a name may contain anything else. */
const FIELDS = ['%p', '%y', '%i', '%n', '%s', '%T@', '%C@', '%m', '%l'] as const;

/** The image's own program, on its read-only root. */
const COMMAND = [
  '/usr/bin/find',
  HOME,
  ...['(', ...CACHES.flatMap((path, index) => [...(index === 0 ? [] : ['-o']), '-path', path]), ')', '-prune', '-o'],
  ...['-printf', FIELDS.map((field) => `${field}\\0`).join('')],
] as const;

/**
 * Lists the files under HOME, without caches. The files are not read, so it is fast. @throws SandboxError `listing-failed` if the list is
 * not complete
 */
export async function takeSnapshot(commands: ContainerCommands): Promise<Snapshot> {
  const { exitCode, stdout, stdoutBytes, stderr } = await commands.capture(COMMAND, { cwd: '/', keep: MAX_BYTES });
  if (stdoutBytes > MAX_BYTES)
    throw new SandboxError('listing-failed', `there are more than ${MAX_BYTES} bytes of names`);
  // `find` exits with 1 if a file disappears while it is listed, or a folder is not readable; the list is still usable.
  if (exitCode !== 0 && exitCode !== 1)
    throw new SandboxError('listing-failed', `the files could not be listed: ${stderr}`);
  return parseSnapshot(stdout);
}

/** @throws SandboxError `listing-failed` if the text is truncated */
export function parseSnapshot(text: string): Snapshot {
  const parts = text.split('\0');
  parts.pop();
  if (parts.length % FIELDS.length !== 0) throw new SandboxError('listing-failed', 'the list of files was truncated');
  const files = new Map<string, FileState>();
  for (let at = 0; at < parts.length; at += FIELDS.length) {
    const [
      path = '',
      type = '',
      inode = '',
      links = '',
      size = '',
      modified = '',
      changed = '',
      mode = '',
      target = '',
    ] = parts.slice(at, at + FIELDS.length);
    files.set(path, { type, inode, links, size, modified, changed, mode, target });
  }
  return files;
}
