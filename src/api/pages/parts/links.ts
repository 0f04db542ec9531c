import { isPackageName } from '../../../jobs/packages/package-name.js';
import { type Html, html, type Part } from './html.js';

/** The address of a package's page, or of its JSON; undefined for a name that the routes would not accept. */
export function packageAddress(name: string, prefix: '' | '/v1' = ''): string | undefined {
  if (!isPackageName(name)) return undefined;
  const parts = name.split('/').map((part) => encodeURIComponent(part).replace(/^%40/, '@'));
  return `${prefix}/packages/${parts.join('/')}`;
}

/** A link to the page with what all versions of a package did. */
export function packageLink(name: string, shown: Part): Html {
  const address = packageAddress(name);
  return address === undefined ? html`${shown}` : html`<a href="${address}">${shown}</a>`;
}

/** A link to a job's page, labelled with the start of the job's ID. */
export function jobLink(job: string): Html {
  return html`<a href="/jobs/${job}"><code class="id">${job.slice(0, 8)}</code></a>`;
}
