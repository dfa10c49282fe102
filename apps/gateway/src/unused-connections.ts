import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Connections on which nothing was asked yet. */
export interface UnusedConnections {
  close(): void;
}

/**
 * Keeps track of connections without a request. Node counts them as active, not idle, so that a client that opens one ahead and never uses it would
 * hold a server open that closes.
 */
export function trackUnusedConnections(server: Server): UnusedConnections {
  const unused = new Set<Socket>();
  server.on("connection", (socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", ({ socket }) => unused.delete(socket));
  return {
    close: () => {
      for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
    },
  };
}
