import { ArchiveCheck } from '../../src/blobs/archive.js';
import { DEFAULT_ARCHIVE_LIMITS } from '../../src/blobs/limits.js';
import { PACKAGE_JSON } from '../../src/blobs/manifest.js';

/** Checks a body that is in memory, with the default limits. */
export async function checkArchive(body: Buffer): Promise<void> {
  const check = new ArchiveCheck(PACKAGE_JSON, DEFAULT_ARCHIVE_LIMITS);
  try {
    await check.write(body);
    await check.end();
  } finally {
    check.close();
  }
}
