import { PROJECT } from '../../ecosystems/places.js';
import type { Guise } from '../../report/guise.js';

/** Names under `.invalid` never resolve (RFC 2606). */
const GITLAB = 'git.corp.invalid';
const COMMIT = '6d1f0c2a94b7e3580d5e1c9f7a2b46830e9d7c15';

/** As GitLab's runner sets them for a branch pipeline; the job's token is a decoy of the container's own. */
const GITLAB_JOB = {
  GITLAB_CI: 'true',
  CI_SERVER: 'yes',
  CI_SERVER_NAME: 'GitLab',
  CI_SERVER_HOST: GITLAB,
  CI_SERVER_URL: `https://${GITLAB}`,
  CI_API_V4_URL: `https://${GITLAB}/api/v4`,
  CI_REGISTRY: `registry.${GITLAB}`,
  CI_REGISTRY_USER: 'gitlab-ci-token',
  CI_JOB_ID: '4817230',
  CI_JOB_NAME: 'build',
  CI_JOB_STAGE: 'build',
  CI_PIPELINE_ID: '918274',
  CI_PIPELINE_SOURCE: 'push',
  CI_PROJECT_ID: '312',
  CI_PROJECT_NAME: 'app',
  CI_PROJECT_NAMESPACE: 'web',
  CI_PROJECT_PATH: 'web/app',
  CI_PROJECT_URL: `https://${GITLAB}/web/app`,
  CI_PROJECT_DIR: PROJECT,
  CI_DEFAULT_BRANCH: 'main',
  CI_COMMIT_BRANCH: 'main',
  CI_COMMIT_REF_NAME: 'main',
  CI_COMMIT_REF_PROTECTED: 'true',
  CI_COMMIT_SHA: COMMIT,
  CI_COMMIT_SHORT_SHA: COMMIT.slice(0, 8),
  CI_RUNNER_ID: '27',
  GITLAB_USER_LOGIN: 'mweber',
};

/** As GitHub's runner sets them for a push; its token is a decoy of the container's own. */
const GITHUB_JOB = {
  GITHUB_ACTIONS: 'true',
  GITHUB_ACTOR: 'mweber',
  GITHUB_API_URL: 'https://api.github.com',
  GITHUB_EVENT_NAME: 'push',
  GITHUB_JOB: 'build',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_REF_NAME: 'main',
  GITHUB_REPOSITORY: 'corp-web/app',
  GITHUB_REPOSITORY_OWNER: 'corp-web',
  GITHUB_RUN_ID: '11873402915',
  GITHUB_RUN_NUMBER: '412',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_SHA: COMMIT,
  GITHUB_WORKFLOW: 'build',
  GITHUB_WORKSPACE: PROJECT,
  RUNNER_ARCH: 'X64',
  RUNNER_ENVIRONMENT: 'github-hosted',
  RUNNER_NAME: 'GitHub Actions 7',
  RUNNER_OS: 'Linux',
  RUNNER_TEMP: '/tmp',
};

/**
 * Moves the wall clock of every program that asks the C library for it. The monotonic one stays, so that timers and waits last as long as
 * they say; what is statically linked, or asks the kernel by itself, sees the real time.
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

/** What a program of a step finds in its environment beside the container's own, as `NAME=value`. */
export function guiseVariables({ ci, aheadDays }: Guise): readonly string[] {
  const job = ci === 'gitlab' ? GITLAB_JOB : GITHUB_JOB;
  return Object.entries({ ...job, ...clockVariables(aheadDays) }).map(([name, value]) => `${name}=${value}`);
}
