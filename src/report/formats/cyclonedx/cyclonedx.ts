import type { Format } from '../format.js';

/**
 * CycloneDX 1.6, although the library also supports 1.7: tools that read such documents are slow to support a new version. The
 * library is loaded only when a document is requested, because loading takes a quarter of a second, for which every command would
 * wait at its start.
 */
export const cyclonedx: Format = {
  contentType: 'application/vnd.cyclonedx+json; version=1.6; charset=utf-8',
  fileName: 'packwarden.cdx.json',
  async render(report, { version }) {
    const { cyclonedxDocument } = await import('./document.js');
    return cyclonedxDocument(report, version);
  },
};
