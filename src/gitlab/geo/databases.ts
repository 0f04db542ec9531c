import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AsnResponse, type CityResponse, Reader, type Response } from 'maxmind';
import type { Logger } from 'pino';
import { messageOf } from '../../errors/message.js';
import { classify } from '../event/address.js';
import type { Place, Places } from './place.js';

/** A file of the folder, as shown in `/readyz` and the log. */
export interface DatabaseStatus {
  readonly file: string;
  /** MaxMind's name of its kind, e.g. `GeoLite2-City`. */
  readonly type: string;
  readonly built: string;
  /** Null if it is in use. */
  readonly error: string | null;
}

interface Loaded {
  readonly place: Reader<CityResponse> | null;
  readonly network: Reader<AsnResponse> | null;
  readonly files: readonly DatabaseStatus[];
}

/** Whether addresses can be located, as shown in `/readyz`. */
export interface GeoStatus {
  readonly hasPlaces: boolean;
  /** Why not, or which file of the folder is not in use; null if all are. */
  readonly fault: string | null;
  readonly files: readonly DatabaseStatus[];
}

const NONE: Loaded = { place: null, network: null, files: [] };
/** A database has about 60 MB; a much larger file is not one. */
const MAX_BYTES = 512 * 1024 * 1024;
/** Updaters write for a while, then rename. */
const QUIET_MS = 500;
const PLACE_KINDS = /(?:City|Country|Enterprise)/;
const NETWORK_KINDS = /(?:ASN|ISP)/;

/**
 * The MaxMind databases (`.mmdb`) in a folder: the first of City, Enterprise or Country provides locations, the first of ASN or ISP
 * networks. They are tested before use, reloaded when the folder changes, and never fatal: problems are reported, and addresses then have
 * no location.
 */
export class GeoDatabases implements Places {
  #loaded = NONE;
  /** Why the folder could not be read the last time. */
  #folderFault: string | null = null;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly folder: string,
    private readonly log: Logger,
  ) {}

  static async open(folder: string, log: Logger): Promise<GeoDatabases> {
    const databases = new GeoDatabases(folder, log);
    await databases.reload();
    databases.#watch();
    return databases;
  }

  get status(): GeoStatus {
    const { place, files } = this.#loaded;
    const broken = files.find(({ error }) => error !== null);
    const damage = broken === undefined ? null : `${broken.file}: ${broken.error}`;
    const missing = place === null ? 'there is no City, Enterprise or Country database' : null;
    return { hasPlaces: place !== null, fault: this.#folderFault ?? damage ?? missing, files };
  }

  /** Reads the folder again; if it can't be read, the loaded databases stay in use. */
  async reload(): Promise<void> {
    try {
      const loaded = await load(this.folder);
      this.#loaded = loaded;
      this.#folderFault = null;
      const errors = loaded.files.filter(({ error }) => error !== null);
      if (loaded.place === null || errors.length > 0)
        this.log.warn({ files: loaded.files }, 'not all geo databases can be used');
      else this.log.info({ files: loaded.files }, 'geo databases loaded');
    } catch (error) {
      this.#folderFault = `the folder cannot be read: ${messageOf(error)}`;
      this.log.warn({ err: error, folder: this.folder }, 'the folder of the geo databases cannot be read');
    }
  }

  locate(address: string | undefined | null): Place {
    if (address === null) return { status: 'missing' };
    if (address === undefined) return { status: 'unparsable' };
    const { place, network } = this.#loaded;
    if (place === null && network === null) return { status: 'disabled' };
    if (classify(address) !== 'public') return { status: 'private' };
    const found = ask(place, address);
    const operator = ask(network, address);
    return { status: statusOf(place, found), ...placeOf(found), ...operatorOf(operator) };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
  }

  #watch(): void {
    try {
      this.#watcher = watch(this.folder, { persistent: false }, () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => void this.reload(), QUIET_MS);
      });
      this.#watcher.on('error', (error) => this.log.warn({ err: error }, 'geo databases are no longer watched'));
    } catch (error) {
      this.log.warn({ err: error, folder: this.folder }, 'geo databases are not watched');
    }
  }
}

/** Used without a folder: no address has a location. */
export const NO_PLACES: Places = {
  locate: (address) => {
    if (address === null) return { status: 'missing' };
    return { status: address === undefined ? 'unparsable' : 'disabled' };
  },
};

async function load(folder: string): Promise<Loaded> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.mmdb')).sort();
  const files: DatabaseStatus[] = [];
  let place: Reader<CityResponse> | null = null;
  let network: Reader<AsnResponse> | null = null;
  for (const file of names) {
    try {
      const reader = await openOne<Response>(join(folder, file));
      const { databaseType: type, buildEpoch } = reader.metadata;
      const isPlace = PLACE_KINDS.test(type);
      if (!isPlace && !NETWORK_KINDS.test(type))
        throw new Error(`a database of kind ${type} contains neither locations nor networks`);
      if (isPlace) place ??= reader as Reader<CityResponse>;
      else network ??= reader as Reader<AsnResponse>;
      files.push({ file, type, built: new Date(buildEpoch).toISOString(), error: null });
    } catch (error) {
      files.push({ file, type: '', built: '', error: messageOf(error) });
    }
  }
  return { place, network, files };
}

/** Opens a database and looks up some addresses, since damage only shows then. @throws the library's error if it is not a database */
async function openOne<T extends Response>(path: string): Promise<Reader<T>> {
  const bytes = await readFile(path);
  if (bytes.length > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
  const reader = new Reader<T>(bytes);
  for (const address of ['1.1.1.1', '8.8.8.8', '203.0.113.7']) reader.get(address);
  return reader;
}

/** A damaged record, or an IPv6 address in a database without any, counts as not found. */
function ask<T extends Response>(reader: Reader<T> | null, address: string): T | null {
  try {
    return reader?.get(address) ?? null;
  } catch {
    return null;
  }
}

function statusOf(reader: unknown, found: CityResponse | null): Place['status'] {
  if (reader === null) return 'disabled';
  return found?.country === undefined && found?.continent === undefined ? 'not_found' : 'ok';
}

function placeOf(found: CityResponse | null): Omit<Place, 'status'> {
  const city = found?.city?.names?.en;
  const country = found?.country?.names?.en;
  const countryCode = found?.country?.iso_code;
  const continent = found?.continent?.names?.en;
  return {
    ...(city !== undefined && { city }),
    ...(country !== undefined && { country }),
    ...(countryCode !== undefined && { countryCode }),
    ...(continent !== undefined && { continent }),
  };
}

function operatorOf(found: AsnResponse | null): Omit<Place, 'status'> {
  if (found?.autonomous_system_number === undefined) return {};
  return {
    asn: `AS${found.autonomous_system_number}`,
    asnOrganisation: found.autonomous_system_organization ?? '',
  };
}
