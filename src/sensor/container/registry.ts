import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ProcReader } from '../process/proc-reader.js';
import { ProcessTable } from '../process/table.js';
import { imageLinks } from './image-links.js';
import { SymbolicLinks } from './links.js';

/** A container as the fields `container.*` show it. What Docker says of it comes a moment after its first event. */
export interface Container {
  /** The first 12 hexadecimal digits. */
  readonly id: string;
  /** All 64. */
  readonly fullId: string;
  readonly links: SymbolicLinks;
  readonly processes: ProcessTable;
  /** Its first process, as the host numbers it, once that has started its program: the container's files are below its root. */
  firstPid: number | undefined;
  /** How many alerts there were of it; one that could not be made counts, too, so that its number is missed. */
  alerts: number;
  details: ContainerDetails | undefined;
}

/** What Docker says. */
export interface ContainerDetails {
  readonly name: string;
  /** As it was asked for: `node:24`. */
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

/** The containers that were seen. The oldest are forgotten, and looked up again should they come back. */
export class ContainerRegistry {
  readonly #byId = new Map<string, Container>();

  /** `dockerRoot` is Docker's data folder, e.g. `/var/lib/docker`. */
  constructor(
    private readonly dockerRoot: string,
    private readonly readProc: ProcReader,
  ) {}

  /** The container of this full id; its details are read beside, as Falco does. */
  get(fullId: string): Container {
    const known = this.#byId.get(fullId);
    if (known !== undefined) return known;
    const links = new SymbolicLinks(imageLinks(() => container.firstPid));
    const id = fullId.slice(0, SHORT_ID);
    const processes = new ProcessTable(this.readProc);
    const container: Container = { id, fullId, links, processes, firstPid: undefined, alerts: 0, details: undefined };
    this.#byId.set(fullId, container);
    if (this.#byId.size > KEPT_CONTAINERS) this.#byId.delete(this.#byId.keys().next().value as string);
    void this.#describe(container);
    return container;
  }

  /** Never rejects: a container without a name is reported without it. */
  async #describe(container: Container): Promise<void> {
    try {
      const folder = `${this.dockerRoot}/containers/${container.fullId}`;
      const { Name, Image, Config } = configSchema.parse(await readJson(`${folder}/config.v2.json`));
      const { Privileged: privileged } = hostConfigSchema.parse(await readJson(`${folder}/hostconfig.json`));
      const name = Name.replace(/^\//, '');
      container.details = { name, imageId: shortImage(Image), ...splitImage(Config.Image), privileged };
    } catch {
      // Another runtime's, another Docker root's, or gone already: its id is all there is.
    }
  }
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

function shortImage(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, SHORT_ID);
}

/** `registry:5000/team/image:tag` in its parts; the tag is `latest` where none was given. */
export function splitImage(image: string): Pick<ContainerDetails, 'image' | 'imageRepository' | 'imageTag'> {
  const name = image.replace(/@sha256:.*$/, '');
  const colon = name.lastIndexOf(':');
  if (colon <= name.lastIndexOf('/')) return { image, imageRepository: name, imageTag: 'latest' };
  return { image, imageRepository: name.slice(0, colon), imageTag: name.slice(colon + 1) };
}
