/**
 * What can go wrong with a sandbox. `docker-unavailable`: no engine answers.
 * `docker-overloaded`: it did not answer in time, or has no network left to give; trying again later may help with either.
 * `image-missing`: `scripts/setup` has not built this version's image. `container-gone`: it ended before it was asked to.
 * `container-killed`: what ran past its deadline could be ended in no other way.
 * `unpack-failed`: the archive can't be unpacked, or holds no project. `listing-failed`: the installed packages can't be
 * told. `disk-failed`: a disk of its own could not be made for the job. `docker-failed`: the engine refused something else.
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
