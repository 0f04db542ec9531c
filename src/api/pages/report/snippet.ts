import { plain } from '../../../report/text/plain.js';
import { type Html, html } from '../parts/html.js';

/** Nobody would read a longer snippet before pasting it. */
export const SNIPPET_CHARACTERS = 4_000;

/** Text for pasting elsewhere, parts of which a package may control. With JavaScript it gets a button that copies it. */
export function snippet(text: string, label: string): Html {
  const lines = text.trimEnd().split('\n');
  const shown = lines.map((line, at) => html`${at === 0 ? null : '\n'}<bdi>${plain(line)}</bdi>`);
  return html`<pre class="snippet" tabindex="0" aria-label="${label}" data-copy><code>${shown}</code></pre>`;
}
