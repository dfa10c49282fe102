import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ensureRedis } from "../redis/ensure-redis.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A real Redis that all test files share; every test takes a random key prefix. */
    redisUrl: string;
    /** The same by the shortest way, over which a test that calls it ten thousands of times takes less. */
    localRedisUrl: string;
  }
}

/**
 * Gives tests a real Redis: REDIS_URL's, else a private one by the same code as `npm start`. Tests read it by
 * `inject("redisUrl")`; processes that they start find it as REDIS_URL.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stateDirectory = await mkdtemp(join(tmpdir(), "composite-tests-"));
  const redis = await ensureRedis({ env: process.env, stateDirectory, say: (line) => console.error(line) });
  process.env["REDIS_URL"] = redis.url;
  project.provide("redisUrl", redis.url);
  project.provide("localRedisUrl", redis.localUrl);
  return async () => {
    if (redis.server !== null) delete process.env["REDIS_URL"];
    await redis.stop();
    await rm(stateDirectory, { recursive: true, force: true });
  };
}
