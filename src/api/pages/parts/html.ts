import { plain } from '../../../report/text/plain.js';

/** Markup that is safe to send. Made by `html`, which escapes everything that is put into a template. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What can be put into a template: text is escaped, markup and lists of markup are inserted unchanged. */
export type Part = string | number | Html | null | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

function render(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  return part.map(render).join('');
}

/** A template of markup. Attributes must be in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(render)));
}

/** How many characters of a hostile text a page shows by default. */
const SHOWN = 300;

/**
 * Text that a package controls, for use within a line: without control characters, shortened, and isolated (`<bdi>`), so that
 * right-to-left text can't reorder the text around it.
 */
export function hostile(text: string, most = SHOWN): Html {
  const characters = plain(text.length > most ? text.slice(0, most) : text);
  return html`<bdi>${characters}${text.length > most ? '…' : null}</bdi>`;
}

/** Several lines of such text for a `<pre>`: line ends and tabs are kept. */
export function hostileLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(plain).join('\t'))
    .join('\n');
}

/** Renders as many items as fit into `bytes` of markup, at most `most`; `left` is how many were left out. */
export function fitting<T>(
  items: readonly T[],
  limit: { readonly most: number; readonly bytes: number },
  renderItem: (item: T) => Html,
): { readonly shown: readonly Html[]; readonly left: number } {
  const shown: Html[] = [];
  let room = limit.bytes;
  for (const item of items.slice(0, limit.most)) {
    const rendered = renderItem(item);
    room -= Buffer.byteLength(rendered.markup);
    if (room < 0) break;
    shown.push(rendered);
  }
  return { shown, left: items.length - shown.length };
}
