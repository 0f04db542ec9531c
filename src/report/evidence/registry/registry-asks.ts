import { isPackageManager, managerNameOf } from '../../../ecosystems/image/image-programs.js';
import type { InstalledPackage } from '../../../ecosystems/installed-package.js';
import { PROJECT } from '../../../ecosystems/places.js';
import { looksRandom } from '../../../egress/content/data-names.js';
import { type AskedAt, OTHER_PACKAGES, type RegistryAsk } from '../../../egress/registry/asks.js';
import type { Alert } from '../../../falco/alert.js';
import type { FoldedAlert } from '../../../falco/fold.js';
import { type Actors, attribute } from '../../attribution/attribution.js';
import type { PackageCodeReads } from '../../attribution/files/package-code-reads.js';
import { type GatewayOrigin, toAlert } from '../../findings/detections/egress-findings.js';
import { type PhaseStart, phaseAt } from '../../phase-start.js';
import type { Contacts } from '../egress/contacts.js';
import type { StepKind } from '../steps.js';

/** The rule name for requests to a registry for a package that the project does not have. */
export const REGISTRY_ASK_RULE = 'Registry asked for another package';

/**
 * If this many of the requested packages are not fetched, the requests are a list of names, or a channel in which each name is a word of a
 * message. An install, in contrast, fetches what it requests.
 */
const MANY = 10;
const SHOWN = 5;
/** A longer name contains more than a name. */
const LONG_NAME = 60;

/** The parts of the evidence that show who requested which packages. */
export interface AskEvidence extends GatewayOrigin {
  readonly asks: readonly RegistryAsk[];
  readonly contacts: Contacts;
  readonly phaseStarts: readonly PhaseStart[];
  readonly codeReads: PackageCodeReads;
}

/** Steps whose purpose includes requesting packages, or that run only our own programs. */
const ASKS: ReadonlySet<StepKind> = new Set(['own', 'fetch', 'project-code', 'canary']);

/** A package manager's command that only downloads an archive into a folder; what is done with it is up to the caller. */
const ONLY_DOWNLOADS = / pack(?: |$)/;

interface Asker {
  readonly contact: Alert | undefined;
  readonly isPackage: boolean;
  readonly isScript: boolean;
  /** Folder of the package whose code requested it. */
  readonly folder: string | undefined;
  /** The package manager of the image that made the request, if one did. */
  readonly manager: string | undefined;
  /** Whether it made the request in order to install or run what its caller named. */
  readonly isInstall: boolean;
}

interface Question extends Asker {
  readonly ask: RegistryAsk;
  readonly at: number;
}

/**
 * Alerts for packages that were requested from a registry after the fetch and that the project does not have: the names can carry data to
 * whoever owns them. One alert per package that made such requests.
 */
export function registryAsks(evidence: AskEvidence, actors: Actors): readonly FoldedAlert[] {
  const here = heldVersions(actors);
  const byAsker = new Map<string, Question[]>();
  for (const ask of evidence.asks) {
    const isTold = isTellingVersion(ask, here.get(ask.name));
    if (here.has(ask.name) && !isTold) continue;
    for (const asked of ask.asked) {
      const who = askerOf(ask, asked, evidence, actors);
      if (who === undefined || ((who.declares || isUpdateCheck(ask, who.asker)) && !isTold)) continue;
      byAsker.set(who.key, [...(byAsker.get(who.key) ?? []), { ...who.asker, ask, at: asked.at }]);
    }
  }
  const fetched = new Set(
    evidence.asks.flatMap(({ name, kind, status }) => (kind === 'package' && status < 300 ? [name] : [])),
  );
  const loaded = fetched.size === 0 || byAsker.size === 0 ? [] : loadedFolders(evidence.codeReads, actors);
  return [...byAsker.values()].map((questions) => asAlert(questions, { fetched, loaded }, evidence));
}

/**
 * A manager of the image asks now and then, outside of CI, whether there is a newer version of itself. The name is not its caller's, and
 * nothing is fetched.
 */
function isUpdateCheck({ name, kind, status }: RegistryAsk, { manager, isInstall }: Asker): boolean {
  return isInstall && name === manager && kind === 'document' && status < 300;
}

/** The names of the project's packages, with their versions. */
function heldVersions({ packages }: Actors): ReadonlyMap<string, ReadonlySet<string>> {
  const held = new Map<string, Set<string>>();
  for (const { name, calledItself, version } of packages.all) {
    for (const each of [name, calledItself ?? name]) held.set(each, (held.get(each) ?? new Set()).add(version));
  }
  return held;
}

/**
 * Who made a request; undefined for the package manager's own fetch and for the steps in `ASKS`. `declares`: whether the requested package
 * is a declared dependency of the requesting one.
 */
function askerOf(
  { host, name }: RegistryAsk,
  { clientPort, at }: AskedAt,
  { contacts, phaseStarts }: AskEvidence,
  actors: Actors,
): { readonly key: string; readonly asker: Asker; readonly declares: boolean } | undefined {
  const clientPorts = clientPort === undefined ? [] : [clientPort];
  const contact = contacts.of({ via: 'proxy', host, clientPorts })[0];
  const phase = phaseAt(BigInt(at) * 1_000_000n, phaseStarts);
  if (contact === undefined) {
    if (phase === 'prepare' || phase === 'fetch') return undefined;
    return {
      key: '',
      asker: { contact, isPackage: false, isScript: false, folder: undefined, manager: undefined, isInstall: false },
      declares: false,
    };
  }
  const { step, by, owner, package: pkg, programs } = attribute(contact, actors);
  if (step !== undefined && ASKS.has(step.kind)) return undefined;
  const isPackage = by !== undefined && by.path !== '.';
  const isScript = step?.kind === 'scripts';
  const [program] = programs;
  const manager = program && managerNameOf(program);
  const isInstall = program !== undefined && manager !== undefined && !ONLY_DOWNLOADS.test(program.cmdline);
  const asker = { contact, isPackage, isScript, folder: by?.realPath, manager, isInstall };
  const isDeclared = [by, owner].some((one) => one !== undefined && declares(one, name));
  return { key: pkg?.path.join('\0') ?? '', asker, declares: isDeclared };
}

/** Some packages (esbuild) fetch an optional dependency in their script if it was not installed. */
function declares({ dependencies, mayBeAbsent = [] }: InstalledPackage, name: string): boolean {
  return dependencies.includes(name) || mayBeAbsent.includes(name);
}

/** Folders of the packages whose code was opened by anything but a package manager, which reads the manifests of everything it installs. */
function loadedFolders(reads: PackageCodeReads, actors: Actors): readonly string[] {
  const isManager = (alert: Alert): boolean => attribute(alert, actors).programs.slice(0, 1).some(isPackageManager);
  return [...reads.all()].flatMap(({ folder, alert }) => (isManager(alert) ? [] : [folder]));
}

/**
 * Whether the requested package is a second stage that is in no lock file: a script had a package manager fetch it, and its code then ran
 * (in the manager's cache, in a folder of the script's package, or outside of the project). An archive that the script fetched without
 * installing it counts too, because it has no other use.
 */
function isSecondStage(
  { ask, isPackage, isScript, folder, isInstall }: Question,
  { fetched, loaded }: Answered,
): boolean {
  if (!isPackage || !isScript || folder === undefined || !fetched.has(ask.name)) return false;
  if (!isInstall) return ask.kind === 'package';
  const isApart = (one: string): boolean => one.startsWith(`${folder}/`) || !one.startsWith(`${PROJECT}/`);
  return loaded.some((one) => isApart(one) && one.endsWith(`/node_modules/${ask.name}`));
}

/** The result of the requests: the names of the packages that were fetched, and the folders of the packages whose code was opened. */
interface Answered {
  readonly fetched: ReadonlySet<string>;
  readonly loaded: readonly string[];
}

function asAlert(questions: readonly Question[], answered: Answered, origin: GatewayOrigin): FoldedAlert {
  const { fetched } = answered;
  const telling = questions.toSorted((a, b) => Number(isTelling(b.ask)) - Number(isTelling(a.ask)));
  const names = [...new Set(telling.map(({ ask }) => ask.name))];
  const named = [...new Set(telling.map(({ ask }) => nameOf(ask)))];
  const [{ ask, contact }] = telling as [Question];
  const times = questions.map(({ at }) => at);
  // A request without a fetch returns nothing but metadata, which a package's script has no use for. An install also requests some packages
  // that it then does not fetch, because they are for other platforms.
  const unfetched = names.filter((name) => !fetched.has(name));
  const onlyAsked = unfetched.length === names.length && questions.some((one) => one.isPackage && one.isScript);
  const ranSecondStage = questions.some((one) => isSecondStage(one, answered));
  const isWarning =
    questions.some((one) => isTelling(one.ask)) || onlyAsked || ranSecondStage || unfetched.length >= MANY;
  const shown = named.slice(0, SHOWN).join(', ') + (named.length > SHOWN ? ' …' : '');
  const observation = {
    rule: REGISTRY_ASK_RULE,
    priority: isWarning ? 'WARNING' : 'NOTICE',
    output: `Registry asked for what the project does not have (registry=${ask.host} packages=${names.length} names=${shown} status=${ask.status} fetched=${names.some((name) => fetched.has(name))} ran=${ranSecondStage})`,
    fields: {
      'egress.target': `${ask.host}: ${shown}`,
      'egress.host': ask.host,
      'egress.via': 'proxy',
      'egress.names': String(names.length),
      'egress.status': String(ask.status),
    },
    asked: { via: 'proxy', host: ask.host, clientPorts: [] },
    count: questions.length,
    first: Math.min(...times),
    last: Math.max(...times),
  } as const;
  return toAlert(observation, contact, observation.count, origin);
}

/** The name, with the version only if the version itself carries information. */
function nameOf(ask: RegistryAsk): string {
  return isTellingVersion(ask) ? `${ask.name} (${ask.version})` : ask.name;
}

/** Whether the request may carry data: the package does not exist, or its name or version contains more than a name or version. */
function isTelling(ask: RegistryAsk): boolean {
  const { name, status } = ask;
  if (status === 404 || name === OTHER_PACKAGES || name.length > LONG_NAME) return true;
  return looksRandom(name.replace(/^@[^/]+\//, '')) || isTellingVersion(ask);
}

/**
 * Whether a version or file name may carry data to those who can read the registry's logs: it does not exist, or looks random. The versions
 * in `held`, which the project has, are excluded from the second test, because honest prereleases contain hashes. `latest` never counts: a
 * program may check for its own latest version, published or not.
 */
function isTellingVersion({ version, status }: RegistryAsk, held: ReadonlySet<string> = new Set()): boolean {
  if (version === undefined || version === 'latest') return false;
  if (status === 404) return true;
  return !held.has(version) && looksRandom(version.replace(/[./+]/g, '-'));
}
