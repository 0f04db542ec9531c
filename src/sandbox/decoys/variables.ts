import type { DecoyVariable } from './decoy.js';
import type { Tokens } from './tokens.js';

/** The variables that thieves of CI secrets look for, including the own tokens of a GitLab job and of a GitHub job. */
export function variableDecoys(tokens: Tokens): readonly DecoyVariable[] {
  const values = {
    CI_JOB_TOKEN: tokens.gitlabJob(),
    GITLAB_TOKEN: tokens.gitlabPersonal(),
    GITHUB_TOKEN: tokens.github(),
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: tokens.github(),
    ACTIONS_RUNTIME_TOKEN: tokens.github(),
    NPM_TOKEN: tokens.npm(),
    AWS_ACCESS_KEY_ID: tokens.awsKeyId(),
    AWS_SECRET_ACCESS_KEY: tokens.awsSecret(),
    DOCKER_AUTH_TOKEN: `dckr_pat_${tokens.word(27)}`,
  };
  return Object.entries(values).map(([variable, value]) => ({ name: `CI variable ${variable}`, variable, value }));
}
