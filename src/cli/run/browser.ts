import { spawn } from 'node:child_process';

/** The freedesktop.org way to the user's browser (xdg-utils). */
const OPENER = 'xdg-open';

/** Opens a page in the user's browser; where that can't be done, `say` hears the address, and all else goes on. */
export function openPage(page: string, say: (text: string) => void): void {
  const failed = (): void => say(`no browser can be opened from here: open ${page}`);
  const child = spawn(OPENER, [page], { detached: true, stdio: 'ignore' });
  child.on('error', failed);
  child.on('exit', (code) => {
    if (code !== 0) failed();
  });
  child.unref();
}
