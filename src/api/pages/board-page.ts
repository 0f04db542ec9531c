import type { QueueBoard } from '../ports.js';
import { Html, html } from './parts/html.js';

/** The path of the queue's page for administrators. */
export const BOARD_PATH = '/queues';

/** The HTML of bull-board's pages: like its own, but without a font from elsewhere and inline styles, which our content policy forbids. */
export function boardPage({ styles, scripts, config }: QueueBoard): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<base href="${BOARD_PATH}/">
<title>Queue – Packwarden</title>
<link rel="icon" href="${BOARD_PATH}/static/images/logo.svg" type="image/svg+xml" id="fav-logo">
${styles.map((name) => html`<link rel="stylesheet" href="${BOARD_PATH}/static/${name}">`)}
</head>
<body class="preload">
<script id="__UI_CONFIG__" type="application/json">${new Html(config)}</script>
<div id="root"></div>
<noscript><p>This page needs JavaScript. <a href="/">The start page</a> lists the recent jobs without it.</p></noscript>
${scripts.map((name) => html`<script src="${BOARD_PATH}/static/${name}" defer></script>`)}
</body>
</html>
`;
}
