/** Below HOME: what package managers keep there they run, or install from, later. */
export const MANAGER_STORES: readonly string[] = [
  '.npm/_npx',
  '.npm/_cacache',
  '.npm/_logs',
  '.cache/node',
  '.cache/yarn',
  '.cache/pnpm',
  '.cache/bun',
];

/** Beside npm's own: where downloaders of prebuilt binaries keep them. */
export const PREBUILT_STORES: readonly string[] = ['.npm/_prebuilds', '.npm/_libvips'];

/** Below `node_modules`: where managers that link packages keep what the links lead to. */
export const MODULE_FOLDERS: readonly string[] = ['.pnpm', '.store'];
