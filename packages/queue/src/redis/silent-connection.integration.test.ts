import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { afterEach, expect, inject, it, vi } from "vitest";
import { connectRedis } from "./connect-redis.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

it("a producer's connection that dies without a word is made anew", { timeout: 40_000 }, async () => {
  const { hostname, port } = new URL(inject("redisUrl"));
  const open: { client: Socket; server: Socket }[] = [];
  const way = createServer((client) => {
    const server = connect(Number(port), hostname);
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on("error", () => undefined);
    open.push({ client, server });
  });
  way.listen(0, "127.0.0.1");
  await once(way, "listening");
  const address = way.address() as { port: number };
  const redis = connectRedis({ url: `redis://127.0.0.1:${address.port}`, prefix: "", onError: () => undefined }, "producer");
  ends.push(
    () => redis.disconnect(),
    () => way.close(),
    () => {
      for (const { client, server } of open) for (const socket of [client, server]) socket.destroy();
    },
  );
  await vi.waitFor(async () => expect(await redis.ping()).toBe("PONG"), { timeout: 10_000 });

  // Neither side learns that nothing passes any more.
  for (const { client, server } of open) {
    client.unpipe(server);
    server.unpipe(client);
    client.resume();
  }
  await expect(redis.ping()).rejects.toThrow("Command timed out");
  await vi.waitFor(async () => expect(await redis.ping()).toBe("PONG"), { timeout: 30_000, interval: 250 });
});
