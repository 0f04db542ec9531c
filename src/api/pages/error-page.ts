import type { ErrorAnswer } from '../errors.js';
import type { Page } from './parts/document.js';
import { hostile, html } from './parts/html.js';

const TITLES: Readonly<Record<number, string>> = {
  401: 'Please sign in',
  403: 'Not allowed',
  404: 'Not found',
  503: 'Temporarily unavailable',
};

/** The page of an error, with the reason that the JSON has. */
export function errorPage({ status, body }: ErrorAnswer): Page {
  const title = TITLES[status] ?? 'This did not work';
  return {
    title,
    main: html`<h1>${title}</h1><p class="lead">${hostile(sentenceOf(body.reason))}</p><p><a href="/">To the start page</a></p>`,
  };
}

function sentenceOf(reason: string): string {
  return `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}${/[.?!]$/.test(reason) ? '' : '.'}`;
}
