import { type Html, html } from './html.js';

/** A moment, to the second, in UTC: whose clock it is must not be a question. `iso`: ISO 8601. */
export function moment(iso: string): Html {
  return html`<time datetime="${iso}">${`${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`}</time>`;
}

/** A span of milliseconds as a person says it. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
