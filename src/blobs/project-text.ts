/** The file in which a project's owners accept findings. It counts beside the manifest alone: there it is theirs, not a dependency's. */
export const BASELINE_FILE = 'packwarden.yaml';
/** Some 150 findings, each with its reason; it travels through the queue. */
export const MAX_BASELINE_BYTES = 32 * 1024;

/** A file of the project as it was uploaded, or why it can't be read. */
export type ProjectText = { readonly text: string } | { readonly problem: string };

/** @param content the whole file @returns its text, without a byte order mark */
export function projectText(content: Buffer): ProjectText {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch {
    return { problem: 'it is not UTF-8' };
  }
}
