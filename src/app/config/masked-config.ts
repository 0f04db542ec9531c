import type { Config } from './config.js';

/** The configuration for display: secrets, and credentials inside URLs, are masked. */
export function maskedConfig(config: Config): Record<string, unknown> {
  const url = withoutLogin(config.PACKWARDEN_REDIS_URL);
  const upstream = withoutLogin(config.PACKWARDEN_UPSTREAM_PROXY);
  const secret = config.PACKWARDEN_FALCO_HTTP_SECRET;
  const { PACKWARDEN_S3_SECRET: s3Secret, PACKWARDEN_FORWARD_URL: forward, PACKWARDEN_WEBHOOK_URL: hook } = config;
  return {
    ...config,
    ...(url === undefined ? {} : { PACKWARDEN_REDIS_URL: url }),
    ...(upstream === undefined ? {} : { PACKWARDEN_UPSTREAM_PROXY: upstream }),
    // Knowing such an address is often enough to post to it, so it is a secret.
    ...(forward === undefined ? {} : { PACKWARDEN_FORWARD_URL: originOf(forward) }),
    ...(hook === undefined ? {} : { PACKWARDEN_WEBHOOK_URL: originOf(hook) }),
    ...(s3Secret === undefined ? {} : { PACKWARDEN_S3_SECRET: '***' }),
    ...(secret === undefined ? {} : { PACKWARDEN_FALCO_HTTP_SECRET: '***' }),
  };
}

function originOf(url: string): string {
  return `${new URL(url).origin}/***`;
}

function withoutLogin(url: string | undefined): string | undefined {
  return url?.replace(/\/\/[^@/]*@/, '//***@');
}
