import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { shortContainerId } from '../../falco/alert.js';
import type { ProcReader } from '../process/proc-reader.js';
import { ProcessTable } from '../process/table.js';
import { imageLinks } from './image-links.js';
import { SymbolicLinks } from './links.js';

/** A container as the fields `container.*` show it. Its `details` arrive a moment after its first event. */
export interface Container {
  /** The first 12 hexadecimal digits. */
  readonly id: string;
  /** All 64 digits. */
  readonly fullId: string;
  readonly links: SymbolicLinks;
  readonly processes: ProcessTable;
  /**
   * The host's pid of the container's first process, once it has executed the container's program: the container's files are below its
   * root.
   */
  firstPid: number | undefined;
  /** Number of the container's latest alert. Lost alerts are counted too, so that the reader notices the gap. */
  alerts: number;
  details: ContainerDetails | undefined;
}

/** What Docker's own files say about a container. */
export interface ContainerDetails {
  readonly name: string;
  /** As given to `docker run`: `node:24`. */
  readonly image: string;
  readonly imageId: string;
  readonly imageRepository: string;
  readonly imageTag: string;
  readonly privileged: boolean;
}

const configSchema = z.object({
  Name: z.string(),
  Image: z.string(),
  Config: z.object({ Image: z.string() }),
});

const hostConfigSchema = z.object({ Privileged: z.boolean() });

const KEPT_CONTAINERS = 512;
const SHORT_ID = 12;

/** The containers seen so far. The oldest ones are evicted, and looked up again if they reappear. */
export class ContainerRegistry {
  readonly #byId = new Map<string, Container>();

  /** `dockerRoot` is Docker's data folder, e.g. `/var/lib/docker`. */
  constructor(
    private readonly dockerRoot: string,
    private readonly readProc: ProcReader,
  ) {}

  /** The container with this full id. Its details are read in the background, as Falco does. */
  get(fullId: string): Container {
    const known = this.#byId.get(fullId);
    if (known !== undefined) return known;
    const links = new SymbolicLinks(imageLinks(() => container.firstPid));
    const id = shortContainerId(fullId);
    const processes = new ProcessTable(this.readProc);
    const container: Container = { id, fullId, links, processes, firstPid: undefined, alerts: 0, details: undefined };
    this.#byId.set(fullId, container);
    if (this.#byId.size > KEPT_CONTAINERS) this.#byId.delete(this.#byId.keys().next().value as string);
    void this.#describe(container);
    return container;
  }

  /** Never rejects: a container without details is reported without them. */
  async #describe(container: Container): Promise<void> {
    try {
      const folder = `${this.dockerRoot}/containers/${container.fullId}`;
      const { Name, Image, Config } = configSchema.parse(await readJson(`${folder}/config.v2.json`));
      const { Privileged: privileged } = hostConfigSchema.parse(await readJson(`${folder}/hostconfig.json`));
      const name = Name.replace(/^\//, '');
      container.details = { name, imageId: shortImage(Image), ...splitImage(Config.Image), privileged };
    } catch {
      // A container of another runtime or another Docker root, or already removed: only the id is known.
    }
  }
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

function shortImage(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, SHORT_ID);
}

/** Splits `registry:5000/team/image:tag` into its parts; the tag defaults to `latest`. */
export function splitImage(image: string): Pick<ContainerDetails, 'image' | 'imageRepository' | 'imageTag'> {
  const name = image.replace(/@sha256:.*$/, '');
  const colon = name.lastIndexOf(':');
  if (colon <= name.lastIndexOf('/')) return { image, imageRepository: name, imageTag: 'latest' };
  return { image, imageRepository: name.slice(0, colon), imageTag: name.slice(colon + 1) };
}
