/** The package managers as requests and reports name them; yarn 1 and yarn 2 and later share a name. */
export const MANAGER_NAMES = ['npm', 'yarn', 'pnpm', 'bundler', 'bun'] as const;
export type ManagerName = (typeof MANAGER_NAMES)[number];
