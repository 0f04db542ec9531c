import type { HomeFile } from '../../ecosystems/manager.js';
import { HOME, PROJECT } from '../../ecosystems/places.js';
import type { Guise } from '../../report/guise.js';

/** Names under `.invalid` never resolve (RFC 2606). */
const GITLAB = 'git.corp.invalid';
/** Where GitHub's runner keeps the files by which a step speaks with it. */
const RUNNER_FILES = `${HOME}/_temp`;

const EVENT = `${RUNNER_FILES}/event.json`;
const ACTIONS = 'pipelinesghubeus7.actions.githubusercontent.com';

/** Values that differ between CI jobs. They are random, so that nobody can recognise a sandbox by reading the sources of this service. */
export interface JobNumbers {
  readonly job: number;
  readonly pipeline: number;
  readonly project: number;
  /** 40 hexadecimal digits. */
  readonly commit: string;
  readonly uuid: string;
}

/** @param random returns 16 random hexadecimal digits */
export function newJobNumbers(random: () => string): JobNumbers {
  const below = (limit: number): number => Number.parseInt(random().slice(0, 12), 16) % limit;
  const hex = `${random()}${random()}${random()}`;
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return {
    job: 3_000_000 + below(6_000_000),
    pipeline: 600_000 + below(900_000),
    project: 40 + below(900),
    commit: `${random()}${random()}${random()}`.slice(0, 40),
    uuid,
  };
}

/*
 * Falco and the sensor tell the first 4,096 bytes of an environment, and of a longer one nobody knows what it has a program load. So these
 * are the variables that programs ask for, and not all that a runner sets: scripts add their own.
 */

/** As GitLab's runner sets them for a branch pipeline; the job's token is a decoy of the container's own. */
const gitlabJob = ({ job, pipeline, project, commit }: JobNumbers) => ({
  GITLAB_CI: 'true',
  CI_SERVER: 'yes',
  CI_SERVER_HOST: GITLAB,
  CI_SERVER_URL: `https://${GITLAB}`,
  CI_API_V4_URL: `https://${GITLAB}/api/v4`,
  CI_REGISTRY: `registry.${GITLAB}`,
  CI_JOB_ID: String(job),
  CI_JOB_NAME: 'build',
  CI_JOB_STAGE: 'build',
  CI_PIPELINE_ID: String(pipeline),
  CI_PIPELINE_SOURCE: 'push',
  CI_PROJECT_ID: String(project),
  CI_PROJECT_NAME: 'app',
  CI_PROJECT_PATH: 'web/app',
  CI_PROJECT_URL: `https://${GITLAB}/web/app`,
  CI_PROJECT_DIR: PROJECT,
  CI_DEFAULT_BRANCH: 'main',
  CI_COMMIT_BRANCH: 'main',
  CI_COMMIT_REF_NAME: 'main',
  CI_COMMIT_SHA: commit,
  CI_RUNNER_ID: '27',
  GITLAB_USER_LOGIN: 'mweber',
});

/** As set by GitHub's runner for a push; its tokens are decoys in the container's own environment. */
const githubJob = ({ job, pipeline, project, commit, uuid }: JobNumbers) => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTOR: 'mweber',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_ENV: commandFile('set_env', uuid),
  GITHUB_EVENT_NAME: 'push',
  GITHUB_EVENT_PATH: EVENT,
  GITHUB_JOB: 'build',
  GITHUB_OUTPUT: commandFile('set_output', uuid),
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REF_NAME: 'main',
  GITHUB_REPOSITORY: 'corp-web/app',
  GITHUB_REPOSITORY_OWNER: 'corp-web',
  GITHUB_RUN_ID: String(11_000_000_000 + job * 97),
  GITHUB_RUN_NUMBER: String(project + (pipeline % 900)),
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: commit,
  GITHUB_STEP_SUMMARY: commandFile('step_summary', uuid),
  GITHUB_WORKFLOW: 'build',
  GITHUB_WORKSPACE: PROJECT,
  ACTIONS_ID_TOKEN_REQUEST_URL: `https://${ACTIONS}/${uuid.slice(0, 8)}/idtoken`,
  RUNNER_ARCH: 'X64',
  RUNNER_ENVIRONMENT: 'github-hosted',
  RUNNER_OS: 'Linux',
  RUNNER_TEMP: '/tmp',
});

/**
 * What programs ask for to recognise other CI systems, and hosts that build and deploy a project. No machine has them all, but whoever acts
 * on one of them asks for that one. Most deployments are production.
 */
const otherJob = ({ job, pipeline, commit }: JobNumbers) => ({
  CI_JOB_TOKEN: '',
  NODE_ENV: 'production',
  BUILD_ID: String(pipeline),
  BUILD_NUMBER: String(pipeline),
  JENKINS_URL: 'https://ci.corp.invalid/',
  JOB_NAME: 'app',
  WORKSPACE: PROJECT,
  APPVEYOR: 'True',
  BITBUCKET_BUILD_NUMBER: String(pipeline),
  BUILDKITE: 'true',
  CF_PAGES: '1',
  CIRCLECI: 'true',
  CIRCLE_SHA1: commit,
  CODEBUILD_BUILD_ID: `app:${pipeline}`,
  DRONE: 'true',
  DYNO: 'run.1',
  NETLIFY: 'true',
  RENDER: 'true',
  TEAMCITY_VERSION: '2025.11',
  TF_BUILD: 'True',
  TRAVIS: 'true',
  TRAVIS_BUILD_ID: String(job),
  VERCEL: '1',
});

/** What the container's own environment has of a job is emptied: a step can't take it away. */
const noJob = () => ({ CI: '', CI_JOB_TOKEN: '' });

/** The path of a file through which a step passes something on to the runner; `which` is the runner's name for it. */
function commandFile(which: string, uuid: string): string {
  return `${RUNNER_FILES}/${which}_${uuid.slice(0, 8)}`;
}

/** The files that GitHub's variables refer to: a program that checks for a real runner looks for them. */
export function runnerFiles({ commit, uuid }: JobNumbers): readonly HomeFile[] {
  const event = {
    after: commit,
    ref: 'refs/heads/main',
    repository: { full_name: 'corp-web/app', private: true, default_branch: 'main' },
    pusher: { name: 'mweber' },
  };
  const commands = ['set_env', 'set_output', 'step_summary'];
  return [
    { path: EVENT, content: `${JSON.stringify(event, null, 2)}\n` },
    ...commands.map((which) => ({ path: commandFile(which, uuid), content: '' })),
  ];
}

/**
 * Shifts the wall clock for programs that use the C library. The monotonic clock is unchanged, so timers and waits have their normal
 * duration. Statically linked programs and direct system calls see the real time.
 */
function clockVariables(aheadDays: number): Readonly<Record<string, string>> {
  if (aheadDays === 0) return {};
  return {
    LD_PRELOAD: '/usr/local/lib/libclock.so',
    FAKETIME: `+${aheadDays}d`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
  };
}

/** The environment variables of a step's program besides the container's own, which they replace, as `NAME=value`. */
export function guiseVariables({ ci, aheadDays }: Guise, numbers: JobNumbers): readonly string[] {
  const job = { gitlab: gitlabJob, github: githubJob, other: otherJob, none: noJob }[ci](numbers);
  return Object.entries({ ...job, ...clockVariables(aheadDays) }).map(([name, value]) => `${name}=${value}`);
}
