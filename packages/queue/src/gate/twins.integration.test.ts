import { createRunId, type RunId } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { openProtocolBench, type ProtocolBench } from "../fixtures/protocol-bench.ts";
import { createKeys } from "../run/run-keys.ts";
import { createRunScripts, type RunScripts } from "../run/run-scripts.ts";

let bench: ProtocolBench;
let scripts: RunScripts;
beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  scripts = createRunScripts(bench.redis, createKeys(bench.prefix));
});
afterAll(() => bench.close());

/** Runs of one body, of a caller who has no others. */
function openTwins() {
  const name = createRunId(Date.now());
  return {
    runs: () => bench.redis.zrange(`${bench.prefix}:runs:${name}`, "0", "-1"),
    twins: () => bench.redis.zrange(`${bench.prefix}:twin:${name}`, "0", "-1"),
    accept: async (listener: string) => {
      const run = createRunId(Date.now());
      await scripts.accept(run, "{}", name, 60_000, 60_000, listener, 60_000, 0, "", name, 1);
      return run;
    },
    adopt: () => scripts.adopt(createRunId(0), name, "retry", 60_000),
  };
}

function expire(run: RunId): Promise<number> {
  return bench.redis.del(`${bench.prefix}:run:${run}`);
}

const MANY = Array.from({ length: 120 }, (_, index) => index);

describe("a client's own retry", () => {
  it("finds its run behind many equal ones that were delivered before delivered runs were struck off", async () => {
    const { accept, adopt } = openTwins();
    for (const _ of MANY) await bench.redis.hset(`${bench.prefix}:run:${await accept("")}`, "delivered", 1);
    const left = await accept("");
    expect(await adopt()).toEqual(["adopted", left]);
  });

  it("finds its run behind many equal ones that others listen to", async () => {
    const { accept, adopt } = openTwins();
    for (const _ of MANY) await accept("somebody");
    expect(await adopt()).toEqual(["wait"]);
    const left = await accept("");
    expect(await adopt()).toEqual(["adopted", left]);
  });
});

describe("the list of equal runs", () => {
  it("names none that was delivered, failed, was cancelled or erased", async () => {
    const { accept, twins } = openTwins();
    await scripts.deliver(await accept(""));
    for (const state of ["failed", "cancelled", "succeeded"]) {
      const run = await accept("");
      await scripts.finish(run, state, "", "error", "{}");
      expect(await twins()).toEqual(state === "succeeded" ? [run] : []);
      await scripts.erase(run);
      expect(await twins()).toEqual([]);
    }
  });

  it("does not grow with what expired, nor does that of a caller's runs", async () => {
    const { accept, twins, runs } = openTwins();
    for (const _ of MANY) await expire(await accept(""));
    const last = await accept("");
    expect([await twins(), await runs()]).toEqual([[last], [last]]);
  });
});
