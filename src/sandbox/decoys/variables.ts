import type { DecoyVariable } from './decoy.js';
import type { Tokens } from './tokens.js';

/** The variables that thieves of CI secrets look for; a GitLab job's own token among them. */
export function variableDecoys(tokens: Tokens): readonly DecoyVariable[] {
  const values = {
    CI_JOB_TOKEN: tokens.gitlabJob(),
    GITLAB_TOKEN: tokens.gitlabPersonal(),
    GITHUB_TOKEN: tokens.github(),
    NPM_TOKEN: tokens.npm(),
    AWS_ACCESS_KEY_ID: tokens.awsKeyId(),
    AWS_SECRET_ACCESS_KEY: tokens.awsSecret(),
    DOCKER_AUTH_TOKEN: `dckr_pat_${tokens.word(27)}`,
  };
  return Object.entries(values).map(([variable, value]) => ({ name: `CI variable ${variable}`, variable, value }));
}
