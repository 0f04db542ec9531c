/** Where a gateway listens. */
export interface GatewayPorts {
  /** `rules/` know it as expected. */
  readonly proxy: number;
  /** It must be 53: that is where the engine's `--dns` sends. */
  readonly dns: number;
  /** For what programs send to a host's port 443 when they have got the gateway's address for its name. */
  readonly https: number;
  /** The same of port 80. */
  readonly http: number;
}

/** Not 443 and 80 themselves: a web server of the machine may have them on all addresses. */
export const GATEWAY_PORTS: GatewayPorts = { proxy: 3128, dns: 53, https: 3129, http: 3130 };
