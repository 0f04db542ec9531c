import { type Html, html } from './html.js';

/** A time to the second, in UTC, so that nobody has to wonder about the time zone. `iso`: ISO 8601. */
export function moment(iso: string): Html {
  return html`<time datetime="${iso}">${inUtc(iso)}</time>`;
}

function inUtc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

const SPANS = [
  ['day', 24 * 60 * 60_000],
  ['hour', 60 * 60_000],
  ['minute', 60_000],
] as const;

/** How long ago something was, e.g. `2 days ago`, with the exact time as a tooltip. */
export function ago(at: number, now: number): Html {
  const iso = new Date(at).toISOString();
  const span = SPANS.find(([, ms]) => now - at >= ms);
  const count = span === undefined ? 0 : Math.floor((now - at) / span[1]);
  const words = span === undefined ? 'just now' : `${count} ${span[0]}${count === 1 ? '' : 's'} ago`;
  return html`<time datetime="${iso}" title="${inUtc(iso)}">${words}</time>`;
}

/** A rough estimate of a waiting time. */
export function roughly(ms: number): string {
  if (ms < 90_000) return 'about a minute';
  if (ms < 90 * 60_000) return `about ${Math.round(ms / 60_000)} minutes`;
  return `about ${Math.round(ms / (60 * 60_000))} hours`;
}

/** A duration in readable units. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
