import { PROJECT } from '../../../ecosystems/places.js';

/** Folders starting with a dot, in which tools keep what they can create again; projects exclude them from their repository. */
const OUTPUT_FOLDERS =
  /^\.(?:next|nuxt|output|nitro|svelte-kit|astro|angular|docusaurus|vitepress|vuepress|parcel-cache|turbo|nx|swc|expo|wrangler|vercel|netlify|serverless|sst|nyc_output|coverage|rpt2_cache\w*|rollup\.cache|tamagui|contentlayer|velite|mastra|source|gatsby|eslint|jest|tap|vite|vitest|temp|tmp|logs?|cache|[\w.-]*cache)\//;
/** Files starting with a dot that no tool takes instructions from. */
const OUTPUT_DOTFILES = /^\.(?:[\w.-]*cache|DS_Store|nfs\w+|[\w.-]*\.(?:log|tmp|pid|tsbuildinfo))$/;
/** Documents and data, and type declarations, which a compiler reads but nothing runs. */
const DATA =
  /\.(?:log|txt|md|html?|csv|map|svg|png|jpe?g|gif|ico|pdf|pid|tmp|tsbuildinfo|sqlite3?|db|zip|tgz|gz|d\.[cm]?ts)$/;

/**
 * Folders whose content is neither run nor delivered, at any depth, and those in which the managers install: Bundler compiles a gem's
 * extension into a folder beside the gem's own (`vendor/bundle/ruby/3.1.0/extensions/`).
 */
const NO_CODE_FOLDERS = /(?:^|\/)(?:node_modules|\.git|logs?|tmp|temp|__snapshots__)\/|^vendor\/bundle\//;
/** Files that are run, compiled, or delivered to browsers. */
const CODE =
  /\.(?:[cm]?[jt]sx?|vue|svelte|astro|coffee|wasm|node|so|sh|bash|zsh|ps1|bat|cmd|py|rb|rake|php|pl|lua|go|rs|java|kt|swift|cs|c|cc|cpp|sql|prisma|ejs|hbs|pug|erb|s?html?)$/;
const DECLARATION = /\.d\.[cm]?ts$/;

/**
 * Whether a newly created file of the project is code, wherever it lies: in `src`, where a build takes it along, in `scripts`, in
 * `dist` or `public`, which are delivered.
 */
export function isNewCode(path: string): boolean {
  if (!path.startsWith(`${PROJECT}/`)) return false;
  const relative = path.slice(PROJECT.length + 1);
  if (OUTPUT_FOLDERS.test(relative) || NO_CODE_FOLDERS.test(relative)) return false;
  return CODE.test(relative) && !DECLARATION.test(relative);
}

/**
 * Whether a newly created file would be among the project's own settings: next to its manifest, or in a folder starting with a
 * dot. New tools read files with new names there, so this excludes known output instead of listing known settings. Code that is
 * generated into other folders (an API client, a worker for tests) is not a setting.
 */
export function isNewSetting(path: string): boolean {
  if (!path.startsWith(`${PROJECT}/`)) return false;
  const relative = path.slice(PROJECT.length + 1);
  if (relative.startsWith('node_modules/')) return false;
  if (relative.startsWith('.')) return !OUTPUT_FOLDERS.test(relative) && !OUTPUT_DOTFILES.test(relative);
  return relative !== '' && relative !== 'node_modules' && !relative.includes('/') && !DATA.test(relative);
}
