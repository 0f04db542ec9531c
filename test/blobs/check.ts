import { ArchiveCheck } from '../../src/blobs/archive.js';
import { DEFAULT_ARCHIVE_LIMITS } from '../../src/blobs/limits.js';
import { manifestOf } from '../../src/ecosystems/recognition/choose.js';

/** Checks a body that is in memory, with the default limits. */
export async function checkArchive(body: Buffer): Promise<void> {
  const check = new ArchiveCheck(manifestOf('auto'), DEFAULT_ARCHIVE_LIMITS);
  try {
    await check.write(body);
    await check.end();
  } finally {
    check.close();
  }
}
