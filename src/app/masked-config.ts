import type { Config } from './config.js';

/** What a person may see: secrets, and credentials inside URLs, are masked. */
export function maskedConfig(config: Config): Record<string, unknown> {
  const url = withoutLogin(config.PACKWARDEN_REDIS_URL);
  const upstream = withoutLogin(config.PACKWARDEN_UPSTREAM_PROXY);
  const secret = config.PACKWARDEN_FALCO_HTTP_SECRET;
  return {
    ...config,
    ...(url === undefined ? {} : { PACKWARDEN_REDIS_URL: url }),
    ...(upstream === undefined ? {} : { PACKWARDEN_UPSTREAM_PROXY: upstream }),
    ...(secret === undefined ? {} : { PACKWARDEN_FALCO_HTTP_SECRET: '***' }),
  };
}

function withoutLogin(url: string | undefined): string | undefined {
  return url?.replace(/\/\/[^@/]*@/, '//***@');
}
