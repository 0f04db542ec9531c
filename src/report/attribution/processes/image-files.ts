/** The folders that contain the image's programs: the root file system is read-only, so no package can write there. */
const IMAGE_FOLDERS = /^(?:\/usr\/|\/bin\/|\/sbin\/|\/lib|\/opt\/)/;

/** Whether a file belongs to the image. `file`: its path as reported by the kernel. */
export function isOfImage(file: string): boolean {
  return IMAGE_FOLDERS.test(file);
}
