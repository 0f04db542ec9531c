import { gitlabCatalog } from '../../gitlab/fields/catalog.js';
import type { FieldCatalog } from '../../rules/index.js';
import { syscallCatalog } from '../../sensor/fields/catalog.js';

/** The fields of each event source as Packwarden fills them; rules are checked against them. */
export const CATALOGS: readonly FieldCatalog<never>[] = [syscallCatalog, gitlabCatalog];
