import type { ClientConfig } from '../app/config/client-config.js';
import { UsageError } from './usage.js';

/** The service's address: as the command line gives it, else the environment. @throws UsageError with the command `help` */
export function serviceUrl(given: string | undefined, config: ClientConfig, help: string): string {
  const url = given ?? config.PACKWARDEN_URL;
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url;
  throw new UsageError(`--url ${url}: not an http or https address`, help);
}

/** What is given on the command line wins; an ID token is what a job has that was given nothing. */
export function authorization(token: string | undefined, config: ClientConfig): Record<string, string> {
  const { HTR_user: user, HTR_pass: password } = config;
  const bearer = token ?? config.PACKWARDEN_TOKEN;
  if (bearer !== undefined) return { authorization: `Bearer ${bearer}` };
  if (user !== undefined && password !== undefined) {
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  }
  return config.PACKWARDEN_ID_TOKEN === undefined ? {} : { authorization: `Bearer ${config.PACKWARDEN_ID_TOKEN}` };
}
