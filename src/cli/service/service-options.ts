import type { ClientConfig } from '../../app/config/client-config.js';
import { UsageError } from '../frame/usage.js';

/** The service's address from the command line, otherwise from the environment. @throws UsageError that points to `help` */
export function serviceUrl(given: string | undefined, config: ClientConfig, help: string): string {
  const url = given ?? config.PACKWARDEN_URL;
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new UsageError(`--url ${url}: expected an http or https address`, help);
}

/** Credentials of the command line come first, then those of the environment; a GitLab job without either has its ID token. */
export function authorization(token: string | undefined, config: ClientConfig): Record<string, string> {
  const { HTR_user: user, HTR_pass: password } = config;
  const bearer = token ?? config.PACKWARDEN_TOKEN;
  if (bearer !== undefined) return { authorization: `Bearer ${bearer}` };
  if (user !== undefined && password !== undefined) {
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  }
  return config.PACKWARDEN_ID_TOKEN === undefined ? {} : { authorization: `Bearer ${config.PACKWARDEN_ID_TOKEN}` };
}
