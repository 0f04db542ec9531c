/** Whether an address has a place, and if not, why: rules must not take "no data" for "abroad". */
export type GeoStatus = 'ok' | 'private' | 'not_found' | 'disabled' | 'unparsable' | 'missing';

/** Where an address is, as far as the databases tell; English names. */
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

/** Finds an address's place. Never throws. */
export interface Places {
  /** `address` is one address in canonical spelling; undefined when the event's could not be read, null when it has none. */
  locate(address: string | undefined | null): Place;
}
