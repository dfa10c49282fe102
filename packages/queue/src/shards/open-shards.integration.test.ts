import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import type { RedisTarget } from "../redis/connect-redis.ts";
import { openShards } from "./open-shards.ts";

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const socket of sockets) socket.destroy();
});

/** Another way to the Redis of the tests, on a port of the loopback; 0 takes a free one. */
async function openWay(port = 0, retell = (reply: string) => reply): Promise<number> {
  const { hostname, port: far } = new URL(inject("redisUrl"));
  const server = createServer((near) => {
    const way = connect({ host: hostname, port: Number(far) });
    sockets.add(near).add(way);
    near.on("error", () => way.destroy());
    way.on("error", () => near.destroy());
    near.pipe(way);
    way.on("data", (data: Buffer) => near.write(retell(data.toString("latin1")), "latin1"));
  });
  servers.push(server);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function closedPort(): Promise<number> {
  const port = await openWay();
  const server = servers.pop();
  server?.close();
  return port;
}

function target(url: string): RedisTarget {
  return { url, prefix: `t${randomBytes(6).toString("hex")}`, onError: () => undefined };
}

describe("opening shards", () => {
  it("serves those that answer at once, and one that comes later then", async () => {
    const port = await closedPort();
    const closed: number[] = [];
    const shards = await openShards([target(`redis://127.0.0.1:${port}`), target(inject("redisUrl"))], {
      open: async (_target, shard) => ({ shard }),
      timeoutMs: 300,
    });
    expect([shards.size, shards.at(0), shards.at(1)]).toEqual([2, null, { shard: 1 }]);
    expect([shards.every(() => true), shards.some(() => true)]).toEqual([false, true]);
    await openWay(port);
    await vi.waitFor(() => expect(shards.every(() => true)).toBe(true), { timeout: 10_000 });
    expect(shards.at(0)).toEqual({ shard: 0 });
    await shards.close(async ({ shard }) => void closed.push(shard));
    expect(new Set(closed)).toEqual(new Set([0, 1]));
  });

  it("closes a part that was still being opened", async () => {
    const port = await closedPort();
    let open: (part: string) => void = () => undefined;
    const late = new Promise<string>((resolve) => (open = resolve));
    const opening = vi.fn<() => Promise<string>>(() => late);
    const shards = await openShards([target(inject("redisUrl")), target(`redis://127.0.0.1:${port}`)], {
      open: (_target, shard) => (shard === 0 ? Promise.resolve("first") : opening()),
      timeoutMs: 300,
    });
    await openWay(port);
    await vi.waitFor(() => expect(opening).toHaveBeenCalled(), { timeout: 10_000 });
    const closed: string[] = [];
    await shards.close(async (part) => void closed.push(part));
    open("second");
    await vi.waitFor(() => expect(closed).toEqual(["first", "second"]));
  });

  it("refuses to begin when none answers", async () => {
    const port = await closedPort();
    const opened = openShards([target(`redis://127.0.0.1:${port}`)], { open: async () => 0, timeoutMs: 300 });
    await expect(opened).rejects.toThrow(`Redis cannot be reached at 127.0.0.1:${port}`);
  });

  it("refuses to begin with one that would evict keys", async () => {
    const port = await openWay(0, (reply) => reply.replace("maxmemory_policy:noeviction", "maxmemory_policy:evict-some"));
    const opened = openShards([target(inject("redisUrl")), target(`redis://127.0.0.1:${port}`)], { open: async () => 0 });
    await expect(opened).rejects.toThrow(
      `Redis at 127.0.0.1:${port} would evict keys of running work (maxmemory-policy is evict-some): set it to noeviction.`,
    );
  });
});
