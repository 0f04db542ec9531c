import { PROJECT } from '../../ecosystems/places.js';

/** Folders with a dot in which tools keep what they can make again; a project leaves them out of its repository. */
const OUTPUT_FOLDERS =
  /^\.(?:next|nuxt|output|nitro|svelte-kit|astro|angular|docusaurus|vitepress|vuepress|parcel-cache|turbo|nx|swc|expo|wrangler|vercel|netlify|serverless|sst|nyc_output|coverage|rpt2_cache\w*|rollup\.cache|tamagui|contentlayer|velite|mastra|source|gatsby|eslint|jest|tap|vite|vitest|temp|tmp|logs?|cache|[\w.-]*cache)\//;
/** Files with a dot that are nobody's orders. */
const OUTPUT_DOTFILES = /^\.(?:[\w.-]*cache|DS_Store|nfs\w+|[\w.-]*\.(?:log|tmp|pid|tsbuildinfo))$/;
/** Documents and data, and declarations that a compiler reads and never runs. */
const DATA =
  /\.(?:log|txt|md|html?|csv|map|svg|png|jpe?g|gif|ico|pdf|pid|tmp|tsbuildinfo|sqlite3?|db|zip|tgz|gz|d\.[cm]?ts)$/;

/**
 * Whether a file that was made anew would stand among a project's own settings: beside its manifest, or in a folder with a dot. New tools
 * look for files of new names there, so this asks what is known to be output and not what is known to be read. What is generated into
 * other folders (a client, a worker for tests) is no setting.
 */
export function isNewSetting(path: string): boolean {
  if (!path.startsWith(`${PROJECT}/`)) return false;
  const relative = path.slice(PROJECT.length + 1);
  if (relative.startsWith('node_modules/')) return false;
  if (relative.startsWith('.')) return !OUTPUT_FOLDERS.test(relative) && !OUTPUT_DOTFILES.test(relative);
  return relative !== '' && relative !== 'node_modules' && !relative.includes('/') && !DATA.test(relative);
}
