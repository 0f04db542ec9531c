/**
 * The file in which a project's owners accept findings. It only counts next to the manifest: there it belongs to the owners, not to a
 * dependency.
 */
export const BASELINE_FILE = 'packwarden.yaml';
/** Enough for about 150 findings, each with its reason; it is sent through the queue. */
export const MAX_BASELINE_BYTES = 32 * 1024;

/** A file of the uploaded project, or why it can't be read. */
export type ProjectText = { readonly text: string } | { readonly problem: string };

/** @param content the complete file @returns its text, without a byte order mark */
export function projectText(content: Buffer): ProjectText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch {
    return { problem: 'it is not UTF-8' };
  }
}
