import { Property, PropertyRepository } from '@cyclonedx/cyclonedx-library/Models';
import { cut, plain } from '../../text/plain.js';

const MAX_CHARS = 500;

/** Properties, named `packwarden:…`, for what CycloneDX has no member for; entries without a value are left out. */
export function properties(
  entries: readonly (readonly [name: string, value: string | null | undefined])[],
): PropertyRepository {
  const told = entries.flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [new Property(`packwarden:${name}`, cut(plain(value), MAX_CHARS))],
  );
  return new PropertyRepository(told);
}
