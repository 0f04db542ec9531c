import { plain } from '../../report/text/plain.js';
import { type Html, html } from './html.js';

/** Longer ones are no longer looked through before they are pasted. */
export const SNIPPET_CHARACTERS = 4_000;

/** Text to be pasted elsewhere; what stands in it may be a package's. With JavaScript it has a button that copies it. */
export function snippet(text: string, label: string): Html {
  const lines = text.trimEnd().split('\n');
  const shown = lines.map((line, at) => html`${at === 0 ? null : '\n'}<bdi>${plain(line)}</bdi>`);
  return html`<pre class="snippet" tabindex="0" aria-label="${label}" data-copy><code>${shown}</code></pre>`;
}
