/** The ports that a gateway listens on. */
export interface GatewayPorts {
  /** Known to `rules/` as expected traffic. */
  readonly proxy: number;
  /** Must be 53, since the engine's `--dns` has no port. */
  readonly dns: number;
  /** For traffic to a host's port 443 from programs that connect to the gateway's address instead of using the proxy. */
  readonly https: number;
  /** The same for port 80. */
  readonly http: number;
}

/** Not 443 and 80 themselves, which a web server on the machine may use on all addresses. */
export const GATEWAY_PORTS: GatewayPorts = { proxy: 3128, dns: 53, https: 3129, http: 3130 };
