import { PROJECT } from './places.js';

/**
 * pnpm's own folder of links (`node_modules/.pnpm`), and in it the folder of one package or a folder of its own modules:
 * `NAME@VERSION/node_modules/NAME/…`. It captures that package's name.
 */
export const LINK_FOLDER = new RegExp(
  `^${PROJECT}/node_modules/\\.pnpm(?:/[^/]+)?(?:/node_modules/((?:@[^/]+/)?[^/]+)(?:/.*)?)?/node_modules$`,
);

/** What Bundler puts into RUBYOPT itself: it lies beside the image's Ruby, unless RUBYLIB or `-I` says otherwise. */
export const OWN_RUBY_OPTION = /^bundler\/setup$/;

/** In a command line: a manager's own script as the program's argument, also where it comes with a package. */
export const MANAGER_SCRIPT = /[ /](?:npm|npx|pnpm|pnpx|yarn|corepack)(?:-cli)?(?:\.c?js)?(?: |$)/;
