import type { Response } from 'express';
import { assetPath } from './assets.js';
import { type Html, html } from './html.js';

/** Everything comes from our own origin, nothing is inline, and nobody may frame it. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join('; ');

export interface Page {
  /** Plain text; the program's name is put behind it. */
  readonly title: string;
  readonly main: Html;
  /** The page's script, where it has one; pages are complete without. */
  readonly script?: 'copy.js' | 'live.js' | 'upload.js';
  /** Seconds after which a browser without JavaScript loads the page again. */
  readonly reloadS?: number;
  /** Whether a form on it asks us for another page. */
  readonly hasForm?: true;
}

/** Sends a whole page. */
export function sendPage(response: Response, page: Page): void {
  sendDocument(response, documentOf(page), { base: 'none', form: page.hasForm ? 'self' : 'none' });
}

/** Sends a document. `base`: whose addresses a `<base>` in it may name; `form`: where its forms may send to. */
export function sendDocument(
  response: Response,
  document: Html,
  { base, form }: { readonly base: 'none' | 'self'; readonly form: 'none' | 'self' },
): void {
  const policy = `${POLICY}; form-action '${form}'; base-uri '${base}'`;
  response.set('Content-Security-Policy', policy).type('html').send(document.markup);
}

function documentOf(page: Page): Html {
  const { title, main, script, reloadS } = page;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title === '' ? '' : `${title} – `}Packwarden</title>
<link rel="icon" href="${assetPath('icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${assetPath('packwarden.css')}">
${script === undefined ? null : html`<script src="${assetPath(script)}" defer></script>`}
${reloadS === undefined ? null : html`<noscript><meta http-equiv="refresh" content="${reloadS}"></noscript>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="site"><nav aria-label="Packwarden">
<a class="brand" href="/">Packwarden</a>
<a href="/projects">Projects</a>
<a href="/docs">API</a>
</nav></header>
<main id="main">
${main}
</main>
</body>
</html>
`;
}
