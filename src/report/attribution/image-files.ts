/** Where the image's programs are: its root is read-only, so no package can put one there. */
const IMAGE_FOLDERS = /^(?:\/usr\/|\/bin\/|\/sbin\/|\/lib|\/opt\/)/;

/** Whether a file, as the kernel names it, is one of the image. */
export function isOfImage(file: string): boolean {
  return IMAGE_FOLDERS.test(file);
}
