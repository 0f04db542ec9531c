/** Below HOME: data of package managers that they run or install from later. */
export const MANAGER_STORES: readonly string[] = [
  '.npm/_npx',
  '.npm/_cacache',
  '.npm/_logs',
  '.cache/node',
  '.cache/yarn',
  '.cache/pnpm',
  '.cache/bun',
];

/** In addition to npm's own: where downloaders of prebuilt binaries store them. */
export const PREBUILT_STORES: readonly string[] = ['.npm/_prebuilds', '.npm/_libvips'];

/** Below `node_modules`: where managers that link packages keep the targets of the links. */
export const MODULE_FOLDERS: readonly string[] = ['.pnpm', '.store'];
