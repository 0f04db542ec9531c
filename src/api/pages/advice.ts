import type { IncompleteCode } from '../../report/incomplete-codes.js';

const SENSOR =
  'The watching failed, not the project. Submit it again; if that happens twice, whoever runs this service finds the reason at /readyz.';
const FLOOD =
  'More happened than the sensor could tell. Submit it again when the machine is quiet; if it happens again, the project itself makes the flood, and that is reason to look at what it runs.';

/** What a person can do about an incomplete run. */
const ADVICE: Readonly<Record<IncompleteCode, string>> = {
  'sensor-unavailable': SENSOR,
  'sensor-lost': SENSOR,
  'no-opening-canary': SENSOR,
  'no-closing-canary': SENSOR,
  'events-dropped': FLOOD,
  'alerts-overflowed': FLOOD,
  'alerts-missed':
    'A planted credential was read and the alert source did not tell of it, so it may have missed more. Look at the findings first: whoever did it is named where that is known. Whoever runs this service looks whether a rule was taken out, and whether the sensor still sees everything.',
  'witness-lost': FLOOD,
  'comparison-failed':
    'The files that the packages left behind could not be listed, so what they changed without a trace is not known. Submit it again; if it happens again, look at what the project makes so many of.',
  'scripts-not-run':
    'Install scripts are declared and none ran, so nothing was learnt of them. Look below at what of the project’s configuration keeps them from running.',
  'nothing-installed':
    'The project declares dependencies and none of them was found after the fetch, so nothing was learnt of them. Look below at the package manager that ran and why it was chosen.',
  'other-runtime':
    'The project or one of its packages is made for another version of the language than the sandbox has. What was seen counts; that nothing was seen proves nothing for the version it is made for.',
  'bodies-unread':
    'Programs sent more than is read of one run. What they sent first stands in the network list, and whoever sends that much is there, too.',
  'registry-unavailable':
    'A registry did not give what it was asked for, also when it was asked again. That is no fault of the project: submit it again when the registry answers. If it does not for long, whoever runs this service looks whether it is reached from here.',
  'fetch-failed':
    'The package manager could not bring the dependencies into place: its log below says why. Typical reasons are a lock file that does not fit, a private registry that this service does not know, or a refused host in the network list. Correct it, then submit the project again.',
  'fetch-timeout':
    'Fetching the dependencies was stopped at its deadline. If it is honestly that slow, raise PACKWARDEN_INSTALL_TIMEOUT_S.',
  'install-failed':
    'An install script ended with an error: the reason names the package, and the log below has the rest. The other scripts have run, and what was seen of them counts. Correct it (a refused host in the network list is a typical reason), then submit the project again.',
  'install-timeout':
    'An install script was stopped at its deadline. If it is honestly that slow, raise PACKWARDEN_INSTALL_TIMEOUT_S.',
  'import-timeout':
    'Loading the packages was stopped at its deadline. If they are honestly that slow, PACKWARDEN_IMPORT_TIMEOUT_S is what to raise.',
  'import-failed':
    'The packages could not be loaded as planned. Look below at what was loaded, then submit the project again.',
  'run-failed':
    'A script of the project that the job asked for (run=) is not there, or failed: the reason names it. It may need files that were not packed, or a host that is refused (network list). What was seen before counts.',
  'run-timeout':
    'The scripts that the job asked for (run=) were stopped at their deadline, as PACKWARDEN_INSTALL_TIMEOUT_S sets it. Ask for scripts that end by themselves.',
  'unpack-failed': 'The tarball could not be unpacked in the sandbox. Make it anew and submit it again.',
  'host-unprotected':
    'Let the worker run as root, with iptables: its firewall keeps sandboxes off the machine. Then submit it again.',
  'sandbox-failed': 'The sandbox failed, not the project. Submit it again; the service’s log has the job’s id.',
  'docker-overloaded':
    'The machine that was to run it has too much to do: its Docker engine did not answer in time, or had no network left. Submit it again later; whoever runs this service lowers PACKWARDEN_CONCURRENCY, or adds a machine.',
  'worker-lost': 'The worker that ran it was lost. Submit it again; the service’s log has the job’s id.',
  'queue-timeout': 'No worker took it in time. The start page shows what of the service is not ready.',
  cancelled: 'It was cancelled. Submit it again.',
};

/** One piece of advice for each kind of reason, in their order. */
export function adviceFor(reasons: readonly { readonly code: string }[]): readonly string[] {
  return [...new Set(reasons.map(({ code }) => ADVICE[code as IncompleteCode]).filter((text) => text !== undefined))];
}
