/** The sandbox images, each with a runtime and its managers: `packwarden/sandbox-NAME` (`image/Dockerfile`). */
export const IMAGE_NAMES = ['npm', 'bundler'] as const;
export type ImageName = (typeof IMAGE_NAMES)[number];
