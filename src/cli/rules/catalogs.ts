import { gitlabCatalog } from '../../gitlab/fields/catalog.js';
import type { FieldCatalog } from '../../rules/index.js';
import { syscallCatalog } from '../../sensor/fields/catalog.js';

/** What rules are checked against: the fields of each source, as this product fills them. */
export const CATALOGS: readonly FieldCatalog<never>[] = [syscallCatalog, gitlabCatalog];
