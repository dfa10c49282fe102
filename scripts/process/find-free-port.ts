import { createServer } from "node:net";

/** A port of the loopback that nobody listens on right now. Somebody may take it before you do. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("the listener has no port"));
      });
    });
  });
}
