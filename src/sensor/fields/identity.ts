import type { ContainerDetails } from '../container/registry.js';
import { type FieldMaker, plain } from './table.js';

function docker(name: keyof ContainerDetails): FieldMaker {
  return plain(0, ({ container }) => container.details?.[name]);
}

/** Falco shows a missing login uid as -1. */
const NO_LOGIN = 0xffff_ffff;

/**
 * The `user.*`, `group.*` and `container.*` fields that this sensor fills. User names are defined inside the container, whose files are not
 * trustworthy, so only root has a name.
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
