import { PROJECT } from './places.js';

/**
 * pnpm's own folder of links (`node_modules/.pnpm`), and the folders in it: one per package, or for its own modules:
 * `NAME@VERSION/node_modules/NAME/…`. Captures the package's name.
 */
export const LINK_FOLDER = new RegExp(
  `^${PROJECT}/node_modules/\\.pnpm(?:/[^/]+)?(?:/node_modules/((?:@[^/]+/)?[^/]+)(?:/.*)?)?/node_modules$`,
);

/** What Bundler itself adds to RUBYOPT. It is part of the image's Ruby, unless RUBYLIB or `-I` redirects it. */
export const OWN_RUBY_OPTION = /^bundler\/setup$/;

/** In a command line: a manager's own script as the program's argument, even if it belongs to a package. */
export const MANAGER_SCRIPT = /[ /](?:npm|npx|pnpm|pnpx|yarn|corepack)(?:-cli)?(?:\.c?js)?(?: |$)/;

/** Variables that name a file with pnpm's hooks. */
export const HOOK_VARIABLE = /^p?npm_config_(?:global[_-]?)?pnpmfile$/i;
