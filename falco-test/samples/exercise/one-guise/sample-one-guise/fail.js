process.exitCode = process.env.GITHUB_ACTIONS ? 0 : 1;
