import type { Format } from '../format.js';

/**
 * CycloneDX 1.6, though the library writes 1.7 too: what reads such documents knows a new version late. The library is loaded when a
 * document is asked for: that takes a quarter of a second, which every command would wait for at its start.
 */
export const cyclonedx: Format = {
  contentType: 'application/vnd.cyclonedx+json; version=1.6; charset=utf-8',
  fileName: 'packwarden.cdx.json',
  async render(report, { version }) {
    const { cyclonedxDocument } = await import('./document.js');
    return cyclonedxDocument(report, version);
  },
};
