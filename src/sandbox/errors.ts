/**
 * What can go wrong with a sandbox. `docker-unavailable`: no engine answers. `docker-overloaded`: the engine did not answer in time, or has
 * no network left; a retry may succeed. `image-missing`: `scripts/setup` has not built this version's image. `container-gone`: the
 * container ended unexpectedly. `container-killed`: a command exceeded its deadline and could only be stopped by killing the container.
 * `unpack-failed`: the archive can't be unpacked, or contains no project. `listing-failed`: the installed packages can't be listed.
 * `disk-failed`: the job's disk could not be created. `docker-failed`: the engine refused something else.
 */
export type SandboxErrorCode =
  | 'docker-unavailable'
  | 'docker-overloaded'
  | 'image-missing'
  | 'container-gone'
  | 'container-killed'
  | 'unpack-failed'
  | 'listing-failed'
  | 'disk-failed'
  | 'docker-failed';

export class SandboxError extends Error {
  override readonly name = 'SandboxError';

  constructor(
    readonly code: SandboxErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
