import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commandLineOf, isAlive } from "../process/foreign-process.ts";
import { ensureRedis, type EnsuredRedis } from "./ensure-redis.ts";
import { probeRedis } from "./probe-redis.ts";
import { endStaleRedis } from "./stale-redis.ts";

const path = process.env["PATH"];
const started: EnsuredRedis[] = [];
let stateDirectory = "";

beforeEach(async () => {
  stateDirectory = await mkdtemp(join(tmpdir(), "composite-redis-"));
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((redis) => redis.stop()));
  await rm(stateDirectory, { recursive: true, force: true });
});

async function start(env: NodeJS.ProcessEnv = {}): Promise<EnsuredRedis> {
  const redis = await ensureRedis({ env: { PATH: path, ...env }, stateDirectory, say: () => undefined });
  started.push(redis);
  return redis;
}

/** Starts the private Redis from a process of its own, so that the process can be killed. */
async function startElsewhere(): Promise<{ kill(): Promise<void>; pid: number; url: string }> {
  const owner = join(stateDirectory, "owner.ts");
  const ensure = JSON.stringify(new URL("./ensure-redis.ts", import.meta.url).href);
  await writeFile(
    owner,
    `import { ensureRedis } from ${ensure};
     const redis = await ensureRedis({ env: { PATH: process.env.PATH }, stateDirectory: ${JSON.stringify(stateDirectory)}, say() {} });
     process.send({ pid: redis.server.pid, url: redis.url });`,
  );
  const child = fork(owner);
  const [message] = (await once(child, "message")) as [{ pid: number; url: string }];
  return {
    ...message,
    kill: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

describe("ensureRedis", () => {
  it("starts a private server on a free port of the loopback and stops it", async () => {
    const redis = await start();
    expect(redis.server).not.toBeNull();
    expect(await probeRedis(redis.url)).toEqual({ reachable: true });
    await redis.stop();
    expect(await probeRedis(redis.url)).toEqual({ reachable: false, reason: "ECONNREFUSED" });
  });

  it("is reached by a socket of the file system too, also when it died and was started again", async () => {
    const redis = await start();
    expect(redis.localUrl).toBe(`unix://${stateDirectory}/redis/redis.sock`);
    expect(await probeRedis(redis.localUrl)).toEqual({ reachable: true });
    process.kill(redis.server?.pid ?? 0, "SIGKILL");
    await redis.server?.exited;
    expect(await probeRedis(redis.localUrl)).toEqual({ reachable: false, reason: "ECONNREFUSED" });
    const again = await redis.server?.startAgain();
    expect(await probeRedis(redis.localUrl)).toEqual({ reachable: true });
    await again?.stop();
  });

  it("takes TCP where the path of a socket would be too long", async () => {
    stateDirectory = join(stateDirectory, "d".repeat(100));
    const redis = await start();
    expect(redis.localUrl).toBe(redis.url);
  });

  it("starts a server that died again on the same port", async () => {
    const redis = await start();
    process.kill(redis.server?.pid ?? 0, "SIGKILL");
    await redis.server?.exited;
    const again = await redis.server?.startAgain();
    expect(again?.url).toBe(redis.url);
    expect(await probeRedis(redis.url)).toEqual({ reachable: true });
    await again?.stop();
  });

  it("uses the server of REDIS_URL and leaves it running", async () => {
    const { url } = await start();
    const external = await start({ REDIS_URL: url });
    expect(external).toMatchObject({ server: null, url });
    await external.stop();
    expect(await probeRedis(url)).toEqual({ reachable: true });
  });

  it("uses several servers of REDIS_URL when all of them answer", async () => {
    const { url } = await start();
    const both = `${url}/0, ${url}/1`;
    expect(await start({ REDIS_URL: both })).toMatchObject({ server: null, url: both });
    await expect(start({ REDIS_URL: `${url},redis://127.0.0.1:1` })).rejects.toThrow("(redis://127.0.0.1:1) is not usable: ECONNREFUSED");
  });

  it("says in one sentence that REDIS_URL does not answer, without its password", async () => {
    const { url, stop } = await start();
    await stop();
    const secret = url.replace("redis://", "redis://user:hidden-value@");
    await expect(start({ REDIS_URL: secret })).rejects.toThrow(
      `The Redis of REDIS_URL (${url}) is not usable: ECONNREFUSED. Start it, correct REDIS_URL, or unset it to get a private one.`,
    );
  });

  it("leaves no server behind when its owner is killed", async () => {
    const owner = await startElsewhere();
    expect(await commandLineOf(owner.pid)).toMatch(/(redis|valkey)-server/);
    await owner.kill();
    await vi.waitFor(() => expect(isAlive(owner.pid)).toBe(false), { timeout: 10_000 });
  });

  it("ends a server that was left behind before it starts one on the same data", async () => {
    const left = await start();
    const redis = await start();
    await left.server?.exited;
    expect(await probeRedis(redis.url)).toEqual({ reachable: true });
  });

  it("does not touch a process that merely has the id of a server that is gone", async () => {
    const other = await start();
    const directory = join(stateDirectory, "elsewhere");
    await ensureRedis({ env: { PATH: path }, stateDirectory: directory, say: () => undefined }).then((redis) => redis.stop());
    await writeFile(join(directory, "redis", "redis.pid"), String(other.server?.pid));
    await writeFile(join(directory, "redis", "redis.port"), "1");
    await endStaleRedis(join(directory, "redis"));
    expect(await probeRedis(other.url)).toEqual({ reachable: true });
  });
});

describe("probeRedis", () => {
  it.each(["http://127.0.0.1", "nonsense"])("does not take %s for an address of Redis", async (url) => {
    expect(await probeRedis(url)).toEqual({ reachable: false, reason: "it is not a URL that begins with redis://, rediss:// or unix://" });
  });

  it("reports what the server says to a wrong password", async () => {
    const { url } = await start();
    const answer = await probeRedis(url.replace("redis://", "redis://nobody:wrong@"));
    expect(answer).toMatchObject({ reachable: false, reason: expect.stringContaining("WRONGPASS") as string });
  });
});
