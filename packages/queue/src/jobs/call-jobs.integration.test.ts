import type { RunId } from "@composite-llm/core";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { dispatchFinal, openProtocolBench, type ProtocolBench } from "../fixtures/protocol-bench.ts";
import { GOES_ON } from "../gate/run-gate.ts";
import { openSweeper } from "../sweep/open-sweeper.ts";
import { callJobsOf } from "./call-jobs.ts";

let bench: ProtocolBench;
beforeEach(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
});
afterEach(() => bench.close());

const PATIENT = { timeout: 20_000, interval: 50 };

/** A run with a call that nobody takes up. */
async function dispatched() {
  const { run } = await bench.submit({}, { graceMs: GOES_ON, follow: null });
  const owned = await bench.runDesk.take(run);
  if (owned === null) throw new Error("the run cannot be taken");
  const dispatch = await dispatchFinal(owned, () => undefined);
  expect(await jobsOf(run)).toHaveLength(1);
  return { run, owned, dispatch };
}

/** Keys of a run's call jobs. */
function jobsOf(run: RunId): Promise<string[]> {
  return bench.redis.keys(`${bench.prefix}:q:calls-*:${run}.*`);
}

const untilGone = (run: RunId) => vi.waitFor(async () => expect(await jobsOf(run)).toEqual([]), PATIENT);

describe("a call that nobody has taken up", () => {
  it("is removed when its run is cancelled", async () => {
    const { run } = await dispatched();
    await bench.gate.cancel(run);
    await untilGone(run);
    expect(await bench.redis.llen(`${bench.prefix}:q:calls-openai:wait`)).toBe(0);
  });

  it("is removed when its stage goes on without it, unless its answer is to be kept", async () => {
    for (const keep of [true, false]) {
      const { run, owned, dispatch } = await dispatched();
      const event = { name: "final", index: 0, state: "released" } as never;
      await owned.release("final", "{}", event, { keep, cells: [{ step: "final", dispatch }] });
      if (!keep) await untilGone(run);
      else expect(await jobsOf(run)).toHaveLength(1);
    }
  });

  it("is removed by the sweeper when its run is gone, also where its provider never had a worker", async () => {
    const [gone, stays] = [await dispatched(), await dispatched()];
    await bench.redis.del(`${bench.prefix}:run:${gone.run}`);
    const sweeper = openSweeper({ url: inject("redisUrl"), prefix: bench.prefix, onError: () => undefined });
    await untilGone(gone.run);
    await sweeper.close();
    expect(await jobsOf(stays.run)).toHaveLength(1);
  });
});

describe("a run that is erased", () => {
  it("takes the jobs of its calls along, also those that are done", async () => {
    const { run, owned } = await dispatched();
    bench.onCall(async () => undefined);
    const done = `${bench.prefix}:q:calls-openai:completed`;
    await vi.waitFor(async () => expect(await bench.redis.zcard(done)).toBe(1), PATIENT);
    await owned.finish({ state: "failed", data: {} as never }, []);
    expect(await jobsOf(run)).toHaveLength(1);
    expect(await bench.gate.erase(run)).toBe(true);
    expect([await jobsOf(run), await bench.redis.zcard(done)]).toEqual([[], 0]);
  });
});

describe("the jobs of a run", () => {
  it("are read from its journal, but for those of which it names no provider", () => {
    const run = "r" as RunId;
    const fields = ["i:1001", "my:own:hash", "i:1002", "hash-alone", "c:final#1001", "open|1|1|", "d:propose.0", "a:b"];
    expect(callJobsOf(run, fields)).toEqual([{ provider: "my:own", id: "r.1001" }]);
  });
});
