import { type CallJob, parseCallJob } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { CellClaim } from "./caller/call-desk.ts";
import { dispatchFinal, FINAL_STEP, firstClaim, openProtocolBench, type ProtocolBench } from "./fixtures/protocol-bench.ts";
import { GOES_ON } from "./gate/run-gate.ts";
import { type JobPromoter, openJobPromoter } from "./jobs/open-job-promoter.ts";
import { callsQueue } from "./jobs/queue-settings.ts";
import type { Settled } from "./run/settled.ts";

let bench: ProtocolBench;
let promoter: JobPromoter;
/** How often the jobs of each run were taken up. */
const taken = new Map<string, number>();

beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  promoter = openJobPromoter([{ url: inject("redisUrl"), prefix: bench.prefix, onError: () => undefined }]);
  bench.onCall(async (job) => {
    const { run } = parseCallJob(job.data);
    taken.set(run, job.fence);
    throw await job.postpone(60_000);
  });
});
afterAll(async () => {
  await promoter.close();
  await bench.close();
});

const PATIENT = { timeout: 10_000, interval: 20 };

/** A run whose only call was put aside by who had its job. */
async function waiting() {
  const { run, events } = await bench.submit({}, { graceMs: GOES_ON });
  const owned = await bench.runDesk.take(run);
  if (owned === null) throw new Error("the run cannot be taken");
  const settled: Settled[] = [];
  const dispatch = await dispatchFinal(owned, (entry) => settled.push(entry), { ...FINAL_STEP, publish: null, stream: false });
  await vi.waitFor(async () => expect(await stateOf(run, dispatch)).toBe("delayed"), PATIENT);
  const data = await bench.redis.hget(`${bench.prefix}:q:calls-openai:${run}.${dispatch}`, "data");
  const claim = firstClaim(JSON.parse(data ?? "null") as CallJob, 1);
  return { run, events, owned, settled, claim, job: { shard: 0, queue: callsQueue("openai"), id: `${run}.${dispatch}` } };
}

async function stateOf(run: RunId, dispatch: number): Promise<string> {
  const queue = `${bench.prefix}:q:calls-openai`;
  if ((await bench.redis.zscore(`${queue}:delayed`, `${run}.${dispatch}`)) !== null) return "delayed";
  return (await bench.redis.exists(`${queue}:${run}.${dispatch}`)) === 1 ? "known" : "gone";
}

/** Resolves when who put the call aside hears that it is not wanted any more. */
function untilUnwanted(claim: CellClaim): Promise<void> {
  return new Promise((resolve) => void bench.callDesk.watch(claim, () => resolve()));
}

describe("a call that waits in nobody's hand", () => {
  it("is seen to wait once, and has not begun", async () => {
    const { events, claim, owned } = await waiting();
    for (const fence of [1, 2]) expect(await bench.callDesk.wait({ ...claim, fence })).toEqual({ kind: "noted" });
    await vi.waitFor(() =>
      expect(events.flatMap((event) => (event.kind === "call" ? [event.data.state] : []))).toEqual(["queued", "waiting"]),
    );
    expect((await bench.runDesk.take(owned.run))?.journal.open).toMatchObject([{ step: "final", isBegun: false }]);
  });

  it("is taken up at once when its job is promoted, and may then begin", async () => {
    const { run, claim, job } = await waiting();
    await bench.callDesk.wait(claim);
    expect(await promoter.promote(job)).toBe(true);
    await vi.waitFor(() => expect(taken.get(run)).toBe(2), PATIENT);
    expect(await bench.callDesk.begin({ ...claim, fence: 2 }, 1, null)).toMatchObject({ kind: "begun" });
  });

  it("is told to who put it aside when its run is cancelled, and its job is gone then", async () => {
    const { run, claim, job } = await waiting();
    await bench.callDesk.wait(claim);
    const unwanted = untilUnwanted(claim);
    await bench.gate.cancel(run);
    await unwanted;
    await vi.waitFor(async () => expect(await stateOf(run, claim.job.dispatch)).toBe("gone"), PATIENT);
    expect(await promoter.promote(job)).toBe(false);
    expect(await bench.callDesk.wait(claim)).toEqual({ kind: "refused", reason: "ended" });
  });

  it("is told to who put it aside last when its stage goes on without it", async () => {
    const { owned, claim } = await waiting();
    await bench.callDesk.wait(claim);
    await bench.callDesk.wait({ ...claim, fence: 2 });
    const unwanted = untilUnwanted(claim);
    const { step, dispatch } = { step: "final", dispatch: claim.job.dispatch };
    await owned.release(
      "final",
      "{}",
      { name: "final", index: 0, state: "released", reason: null },
      { keep: false, cells: [{ step, dispatch }] },
    );
    await unwanted;
    expect(await bench.callDesk.wait({ ...claim, fence: 3 })).toEqual({ kind: "refused", reason: "closed" });
  });

  it("is refused to who does not have it any more", async () => {
    const { claim } = await waiting();
    await bench.callDesk.begin({ ...claim, fence: 3 }, 1, null);
    expect(await bench.callDesk.wait({ ...claim, fence: 2 })).toEqual({ kind: "refused", reason: "fenced" });
  });

  it("that is given up is known to its run as such", async () => {
    const { claim, settled } = await waiting();
    expect(await bench.callDesk.giveUp(claim)).toBe("lost");
    await vi.waitFor(() => expect(settled).toMatchObject([{ status: "lost", isGivenUp: true }]));
  });
});
