import Docker from 'dockerode';
import { z } from 'zod';
import { inTime, statusOf } from '../container/docker-call.js';
import { SandboxError } from '../errors.js';

/** Facts about a Docker engine. */
export interface EngineFacts {
  readonly version: string;
  /** `1` or `2`; empty if the engine does not report it. */
  readonly cgroupVersion: string;
  /** Whether memory and number of processes of a container can be limited. */
  readonly canLimit: boolean;
  readonly missingImages: readonly string[];
}

const infoSchema = z.object({
  ServerVersion: z.string().default(''),
  CgroupVersion: z.string().default(''),
  MemoryLimit: z.boolean().default(false),
  PidsLimit: z.boolean().default(false),
});

const CALL_MS = 5_000;

/** Asks the engine at `socketPath` for its capabilities and for these images. @throws SandboxError */
export async function engineFacts(socketPath: string, images: readonly string[]): Promise<EngineFacts> {
  const docker = new Docker({ socketPath });
  const info = infoSchema.parse(await inTime('asking the engine', docker.info(), CALL_MS));
  const missingImages: string[] = [];
  for (const image of images) if (!(await hasImage(docker, image))) missingImages.push(image);
  return {
    version: info.ServerVersion,
    cgroupVersion: info.CgroupVersion,
    canLimit: info.MemoryLimit && info.PidsLimit,
    missingImages,
  };
}

async function hasImage(docker: Docker, image: string): Promise<boolean> {
  try {
    await inTime('looking for an image', docker.getImage(image).inspect(), CALL_MS);
    return true;
  } catch (error) {
    if (error instanceof SandboxError && statusOf(error.cause) === 404) return false;
    throw error;
  }
}
