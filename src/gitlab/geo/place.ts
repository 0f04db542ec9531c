/** Whether an address has a location, and if not, why: rules must not mistake "no data" for "abroad". */
export type GeoStatus = 'ok' | 'private' | 'not_found' | 'disabled' | 'unparsable' | 'missing';

/** The location of an address according to the databases; English names. */
export interface Place {
  readonly status: GeoStatus;
  readonly city?: string;
  readonly country?: string;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode?: string;
  readonly continent?: string;
  /** The number of the network's operator, e.g. `AS1221`. */
  readonly asn?: string;
  readonly asnOrganisation?: string;
}

/** Locates addresses. Never throws. */
export interface Places {
  /** `address` is an address in canonical form; undefined if the event's address could not be parsed, null if it has none. */
  locate(address: string | undefined | null): Place;
}
