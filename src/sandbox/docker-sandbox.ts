import Docker from 'dockerode';
import type { NetworkSettings } from '../ecosystems/manager.js';
import { containerEnvironment } from '../ecosystems/node/environment.js';
import { HOME } from '../ecosystems/places.js';
import { candidates } from '../ecosystems/recognition/choose.js';
import { SecretSearch } from '../egress/content/secrets/secret-search.js';
import type { Gateway } from '../egress/gateway.js';
import { messageOf } from '../errors/message.js';
import type { Sandbox, SandboxPlan, SandboxRun } from '../jobs/ports.js';
import { containerSpec } from './container/container-spec.js';
import { inTime, made, statusOf } from './container/docker-call.js';
import { DockerRun } from './container/docker-run.js';
import { labelsOf, nameOf } from './container/identity.js';
import { clearJob, sweepInstance } from './container/leftovers.js';
import { type Decoys, secretsOf } from './decoys/decoy.js';
import { makeDecoys } from './decoys/make.js';
import { SandboxError } from './errors.js';
import { createDisk, releaseDisk, releaseLeftDisks } from './host/disk.js';
import { HostFirewall } from './host/host-firewall.js';
import { createNetwork, type JobNetwork } from './host/network.js';
import { openJobGateway } from './host/way-out.js';
import { DEFAULT_LIMITS, type SandboxLimits, type SandboxOptions } from './options.js';

/** Creates sandboxes on a Docker engine. Does not contact the engine yet. */
export function createSandbox(options: SandboxOptions): Sandbox {
  return new DockerSandbox(options);
}

class DockerSandbox implements Sandbox {
  readonly #options: SandboxOptions;
  readonly #limits: SandboxLimits;
  readonly #docker: Docker;
  readonly #firewall: HostFirewall;
  /** How many attempts use a job's resources, by job id: two attempts of one job may overlap for a moment. */
  readonly #inUse = new Map<string, number>();

  constructor(options: SandboxOptions) {
    this.#options = options;
    this.#firewall = new HostFirewall(options.log);
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#docker = new Docker({ socketPath: options.dockerSocket ?? '/var/run/docker.sock' });
  }

  async check(): Promise<void> {
    for (const image of Object.values(this.#options.images)) await this.#checkImage(image);
  }

  async #checkImage(image: string): Promise<void> {
    try {
      await inTime('looking for the sandbox image', this.#docker.getImage(image).inspect(), 5_000);
    } catch (error) {
      if (error instanceof SandboxError && statusOf(error.cause) === 404) throw imageMissing(image, error);
      const reason = messageOf(error);
      throw new SandboxError('docker-unavailable', reason, { cause: error });
    }
  }

  async create(plan: SandboxPlan): Promise<SandboxRun> {
    const log = this.#options.log.child({ job: plan.jobId, attempt: plan.attempt });
    const decoys = makeDecoys(this.#options.randomBytes, HOME);
    // In the format that an engine would generate, but known before the container exists.
    const hostname = this.#options.randomBytes(6).toString('hex');
    const release = this.#use(plan.jobId);
    let gateway: Gateway | undefined;
    try {
      await this.#clear(plan.jobId);
      const labels = labelsOf(plan, this.#options.instance);
      const network = await createNetwork(this.#docker, plan.jobId, labels);
      // Opened before the container starts, so that its first process already has a way out, or a listener that refuses it.
      const { isTransparent, problem: hostProblem } = await this.#firewall.check();
      gateway = await openJobGateway(this.#options, plan, { decoys, hostname, isTransparent }, network.gateway);
      const { clock, diskFolder: folder } = this.#options;
      const { jobId } = plan;
      const bytes = this.#limits.homeBytes;
      const volume = folder && (await createDisk(this.#docker, { folder, jobId, labels, bytes }));
      const container = await this.#createContainer(plan, hostname, network, gateway, decoys, volume);
      const run = new DockerRun({
        docker: this.#docker,
        container,
        network,
        gateway,
        hostProblem,
        ...(volume === undefined ? {} : { volume }),
        limits: this.#limits,
        decoys: decoys.files,
        search: new SecretSearch(secretsOf(decoys)),
        settingsToken: decoys.settingsToken,
        ecosystem: plan.ecosystem,
        networkSettings: this.#networkSettings(network, gateway),
        clock,
        newStepId: () => this.#options.randomBytes(8).toString('hex'),
        release,
        log,
      });
      await inTime('starting the sandbox', container.start());
      if (folder !== undefined) await releaseDisk(folder, jobId);
      await run.prepare(gateway.authority);
      log.debug({ container: container.id, gateway: network.gateway }, 'sandbox started');
      return run;
    } catch (error) {
      await gateway?.close();
      await this.#clear(plan.jobId).catch((cause: unknown) => {
        log.warn({ err: cause }, 'the remains of a failed start could not be removed yet');
      });
      release();
      throw error;
    }
  }

  async sweep(): Promise<number> {
    const { instance, diskFolder } = this.#options;
    const isLeftover = (jobId: string): boolean => !this.#inUse.has(jobId);
    const removed = await sweepInstance(this.#docker, instance, isLeftover);
    if (diskFolder !== undefined) await releaseLeftDisks(diskFolder, isLeftover);
    return removed;
  }

  /** Protects a job's resources on the engine from the sweep until the returned function is called. */
  #use(jobId: string): () => void {
    this.#inUse.set(jobId, (this.#inUse.get(jobId) ?? 0) + 1);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const others = (this.#inUse.get(jobId) ?? 1) - 1;
      if (others === 0) this.#inUse.delete(jobId);
      else this.#inUse.set(jobId, others);
    };
  }

  async #clear(jobId: string): Promise<void> {
    await clearJob(this.#docker, jobId);
    if (this.#options.diskFolder !== undefined) await releaseDisk(this.#options.diskFolder, jobId);
  }

  async #createContainer(
    plan: SandboxPlan,
    hostname: string,
    network: JobNetwork,
    gateway: Gateway,
    { variables }: Decoys,
    volume: string | undefined,
  ): Promise<Docker.Container> {
    const { instance, images, runtime } = this.#options;
    const [manager] = candidates(plan.ecosystem);
    const image = images[manager.image];
    const spec = containerSpec({
      name: nameOf(plan.jobId),
      image,
      hostname,
      labels: labelsOf(plan, instance),
      network: network.id,
      gateway: network.gateway,
      env: [
        ...variables.map(({ variable, value }) => `${variable}=${value}`),
        ...containerEnvironment(this.#networkSettings(network, gateway)),
      ],
      limits: this.#limits,
      ...(volume === undefined ? {} : { volume }),
      ...(runtime === undefined ? {} : { runtime }),
    });
    try {
      const making = this.#docker.createContainer(spec);
      return await made('creating the sandbox', making, (late) => late.remove({ force: true, v: true }));
    } catch (error) {
      if (error instanceof SandboxError && statusOf(error.cause) === 404) throw imageMissing(image, error);
      throw error;
    }
  }

  #networkSettings(network: JobNetwork, gateway: Gateway): NetworkSettings {
    const { registry, registries = [] } = this.#options;
    const proxy = `http://${network.gateway}:${gateway.ports.proxy}`;
    return { proxy, registry, registries };
  }
}

function imageMissing(image: string, cause: unknown): SandboxError {
  return new SandboxError('image-missing', `no image ${image}: run scripts/setup`, { cause });
}
