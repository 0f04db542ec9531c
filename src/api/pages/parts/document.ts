import type { Response } from 'express';
import { assetPath } from './assets.js';
import { type Html, html } from './html.js';

/** Content policy: everything comes from our own origin, nothing is inline, and no other site may frame a page. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-ancestors 'none'",
].join('; ');

export interface Page {
  /** Plain text; the program's name is appended. */
  readonly title: string;
  readonly main: Html;
  /** The page's script, if any; pages are complete without it. */
  readonly script?: 'copy.js' | 'live.js' | 'upload.js';
  /** Seconds after which a browser without JavaScript reloads the page. */
  readonly reloadS?: number;
  /** Whether the page has a form that is sent to this service. */
  readonly hasForm?: true;
}

export function sendPage(response: Response, page: Page): void {
  sendDocument(response, documentOf(page), { base: 'none', form: page.hasForm ? 'self' : 'none' });
}

/** Sends a document. `base`: whether it may have a `<base>`; `form`: where its forms may be sent to. */
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
