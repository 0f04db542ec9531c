/** The names of package managers in requests and reports; yarn 1 and later versions share a name. */
export const MANAGER_NAMES = ['npm', 'yarn', 'pnpm', 'bundler', 'bun'] as const;
export type ManagerName = (typeof MANAGER_NAMES)[number];
