import type { IncompleteCode } from '../../../report/verdict/incomplete-codes.js';

const SENSOR =
  'The monitoring failed, not the project. Submit it again; if that happens twice, the operator of this service finds the reason at /readyz.';
const FLOOD =
  'More happened than the sensor could report. Submit it again when the machine is less busy; if it happens again, the project itself causes the flood of events, which is a reason to look at what it runs.';

/** What a person can do about an incomplete run. */
const ADVICE: Readonly<Record<IncompleteCode, string>> = {
  'sensor-unavailable': SENSOR,
  'sensor-lost': SENSOR,
  'no-opening-canary': SENSOR,
  'no-closing-canary': SENSOR,
  'events-dropped': FLOOD,
  'alerts-overflowed': FLOOD,
  'alerts-missed':
    'A decoy credential was read and the alert source did not report it, so it may have missed more. Look at the findings first: they name the package, if it is known. The operator of this service should check whether a rule was removed, and whether the sensor still sees everything.',
  'witness-lost': FLOOD,
  'comparison-failed':
    'The files that the packages left behind could not be listed, so it is not known what they changed. Submit it again; if it happens again, check whether the project creates a very large number of files.',
  'scripts-not-run':
    'Install scripts are declared but none ran, so nothing is known about them. Look below for what in the project’s configuration keeps them from running.',
  'nothing-installed':
    'The project declares dependencies but none of them was found after the fetch, so nothing is known about them. Look below at which package manager ran and why it was chosen.',
  'other-runtime':
    'The project or one of its packages requires another version of the language than the sandbox has. What was seen counts; but if nothing was seen, that proves nothing for the required version.',
  'bodies-unread':
    'Programs sent more data than is read in one run. The network list shows what they sent first, and which package sent it.',
  'registry-unavailable':
    'A registry did not deliver what was requested, even after retries. That is not the project’s fault: submit it again when the registry answers. If the problem persists, the operator of this service should check whether the registry can be reached from here.',
  'fetch-failed':
    'The package manager could not install the dependencies: its log below says why. Typical reasons are a lock file that does not match the manifest, a private registry that this service does not know, or a refused host in the network list. Fix it, then submit the project again.',
  'fetch-timeout':
    'Fetching the dependencies was stopped at its deadline. If it really takes that long, raise PACKWARDEN_INSTALL_TIMEOUT_S.',
  'install-failed':
    'An install script failed: the reason names the package, and the log below has the details. The other scripts have run, and what was seen of them counts. Fix it (a refused host in the network list is a typical reason), then submit the project again.',
  'install-timeout':
    'An install script was stopped at its deadline. If it really takes that long, raise PACKWARDEN_INSTALL_TIMEOUT_S.',
  'import-timeout':
    'Loading the packages was stopped at its deadline. If it really takes that long, raise PACKWARDEN_IMPORT_TIMEOUT_S.',
  'import-failed':
    'The packages could not be loaded as planned. Look below at what was loaded, then submit the project again.',
  'run-failed':
    'A script of the project that the job asked for (run=) does not exist, or failed: the reason names it. It may need files that were not packed, or a host that is refused (see the network list). What was seen before counts.',
  'run-timeout':
    'The scripts that the job asked for (run=) were stopped at their deadline, which PACKWARDEN_INSTALL_TIMEOUT_S sets. Choose scripts that end by themselves.',
  'unpack-failed': 'The tarball could not be unpacked in the sandbox. Pack it again and resubmit it.',
  'host-unprotected':
    'Run the worker as root, with iptables: its firewall keeps sandboxes from reaching the machine. Then submit the project again.',
  'sandbox-failed': 'The sandbox failed, not the project. Submit it again; the service’s log has the job’s id.',
  'docker-overloaded':
    'The machine that was to run it is overloaded: its Docker engine did not answer in time, or had no network left. Submit it again later; the operator of this service should lower PACKWARDEN_CONCURRENCY, or add a machine.',
  'worker-lost': 'The worker that ran it was lost. Submit it again; the service’s log has the job’s id.',
  'store-failed':
    'The store in which this service keeps tarballs and reports did not work. Submit it again; if that happens twice, the operator of this service finds the reason at /readyz.',
  'report-lost':
    'The job ended, but its report is no longer in the store as it was written. Submit it again; the operator of this service should check who else removes or changes objects there, and whether all hosts use the same store.',
  'queue-timeout': 'No worker started it in time. The start page shows which part of the service is not ready.',
  cancelled: 'It was cancelled. Submit it again.',
};

/** The advice for each reason without duplicates, in the order of the reasons. */
export function adviceFor(reasons: readonly { readonly code: string }[]): readonly string[] {
  return [...new Set(reasons.map(({ code }) => ADVICE[code as IncompleteCode]).filter((text) => text !== undefined))];
}
