import type { AddressInfo, Server, Socket } from 'node:net';

/** A listening server. */
export interface Door {
  readonly port: number;
  /** Closes every connection. */
  close(): Promise<void>;
}

/** Listens on a port, 0 for an ephemeral one. @throws errors of `listen` */
export async function opened(
  server: Server,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<Door> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
