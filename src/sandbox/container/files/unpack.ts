import { ArchiveError } from '../../../blobs/errors.js';
import type { ProjectArchive } from '../../../blobs/rewrite.js';
import { PROJECT } from '../../../ecosystems/places.js';
import { SandboxError } from '../../errors.js';
import type { SandboxLimits } from '../../options.js';
import type { Captured, ContainerCommands } from '../exec/commands.js';

/**
 * Unpacks a validated archive into the project's folder, with GNU tar as the project's user. Resolves with the absolute paths of the
 * unpacked files, except those in `node_modules`.
 *
 * @throws SandboxError `unpack-failed`, with a reason that is shown in the report; or the error of `archive`
 */
export async function unpackArchive(
  commands: ContainerCommands,
  { tar: input, paths }: ProjectArchive,
  limits: SandboxLimits,
): Promise<ReadonlySet<string>> {
  const tar = ['tar', '-xf', '-', '--no-same-owner', '-C', PROJECT];
  let unpacked: Captured;
  try {
    unpacked = await commands.capture(tar, { cwd: PROJECT, stdin: input });
  } catch (cause) {
    if (!(cause instanceof ArchiveError)) throw cause;
    throw new SandboxError('unpack-failed', `the archive could not be unpacked: ${cause.message}`, { cause });
  }
  if (unpacked.exitCode === 0) return new Set([...paths].filter(isOwn).map((path) => `${PROJECT}/${path}`));
  const reason = isFull(unpacked)
    ? `it does not fit into the ${limits.homeBytes} bytes of PACKWARDEN_HOME_BYTES, of which a file takes 4096 or more`
    : unpacked.stderr;
  throw new SandboxError('unpack-failed', `the archive could not be unpacked: ${reason}`);
}

/** Whether a path is not part of what a package manager installs. */
function isOwn(path: string): boolean {
  return !/(?:^|\/)node_modules\//.test(path);
}

/** tar prints the same message when bytes or inodes are used up. */
function isFull({ stderr }: Captured): boolean {
  return stderr.includes('No space left on device');
}
