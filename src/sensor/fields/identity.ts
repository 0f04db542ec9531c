import type { ContainerDetails } from '../container/registry.js';
import { type FieldMaker, plain } from './table.js';

function docker(name: keyof ContainerDetails): FieldMaker {
  return plain(0, ({ container }) => container.details?.[name]);
}

/** Falco shows "none" as -1. */
const NO_LOGIN = 0xffff_ffff;

/**
 * The fields `user.*`, `group.*` and `container.*` that this sensor fills. Names of users are the container's business,
 * and its files are not to be trusted: only root's is known.
 */
export const IDENTITY_FIELDS: Readonly<Record<string, FieldMaker>> = {
  'user.uid': plain(0, ({ process }) => process.uid),
  'user.name': plain(0, ({ process }) => (process.uid === 0 ? 'root' : undefined)),
  'user.loginuid': plain(0, ({ process }) => (process.loginuid === NO_LOGIN ? -1 : process.loginuid)),
  'user.loginname': plain(0, ({ process }) => (process.loginuid === 0 ? 'root' : undefined)),
  'group.gid': plain(0, ({ process }) => process.gid),
  'group.name': plain(0, ({ process }) => (process.gid === 0 ? 'root' : undefined)),
  'container.id': plain(0, ({ container }) => container.id),
  'container.full_id': plain(0, ({ container }) => container.fullId),
  'container.type': plain(0, () => 'docker'),
  'container.name': docker('name'),
  'container.privileged': docker('privileged'),
  'container.image': docker('image'),
  'container.image.id': docker('imageId'),
  'container.image.repository': docker('imageRepository'),
  'container.image.tag': docker('imageTag'),
};
