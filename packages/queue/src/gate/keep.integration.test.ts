import { createRunId } from "@composite-llm/core";
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

/** A run that was handed in by `one`. */
async function accepted(graceMs = 0) {
  const run = createRunId(Date.now());
  await scripts.accept(run, "{}", "caller", 60_000, 60_000, "one", 2000, graceMs, "", "f", "");
  return {
    graceOf: () => bench.redis.hget(`${bench.prefix}:run:${run}`, "grace"),
    keep: async (listener: string) => (await scripts.keep(run, listener))[0],
    leave: async (listener: string, graceMs: number | "" = "") => (await scripts.detach(run, listener, graceMs, "{}"))[1],
    withdraw: async (listener: string) => (await scripts.detach(run, listener, "", "{}", 0, 1))[1],
  };
}

describe("a run that is kept", () => {
  it("needs nobody", async () => {
    const run = await accepted();
    await run.keep("one");
    expect(await run.leave("one")).toBe("kept");
  });

  it("is cancelled when the only one who keeps it takes that back, as often as it said so", async () => {
    const run = await accepted();
    for (const listener of ["one", "one"]) await run.keep(listener);
    expect(await run.withdraw("one")).toBe("cancelled");
    expect(await run.keep("one")).toBe("ended");
  });

  it("goes on when one of two takes that back", async () => {
    for (const first of ["one", "other"]) {
      const run = await accepted();
      for (const listener of ["one", "other"]) await run.keep(listener);
      expect(await run.withdraw(first)).toBe("kept");
    }
  });

  it("goes on when another who left it wanted so", async () => {
    const run = await accepted();
    await run.keep("one");
    await run.leave("other", -1);
    expect(await run.withdraw("one")).toBe("kept");
  });

  it("has the grace again that it had before", async () => {
    const run = await accepted(3000);
    await run.keep("other");
    expect(await run.withdraw("other")).toBe("kept");
    expect(await run.graceOf()).toBe("3000");
    expect(await run.leave("one")).toBe("grace");
  });
});
