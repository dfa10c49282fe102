import { type CallJob, type CallStep, parseCallJob } from "@composite-llm/contracts";
import type { RunId } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { CellClaim } from "./caller/call-desk.ts";
import type { OwnedRun } from "./desk/owned-run.ts";
import { FINAL_STEP, firstClaim, openProtocolBench, type ProtocolBench, sampleReport } from "./fixtures/protocol-bench.ts";
import type { Settled } from "./run/settled.ts";

const MEMBER: CallStep = { ...FINAL_STEP, step: "propose.0.0", role: "proposer", publish: null, stream: false };
const NO_STREAM = { attempt: 0, batches: 0 };

let bench: ProtocolBench;
const jobs: { job: CallJob; fence: number }[] = [];
const ending: (() => void)[] = [];

beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  bench.onCall(async ({ data, fence }) => {
    jobs.push({ job: parseCallJob(data), fence });
    // Its job stays alive, so that nobody but the test gives a call up.
    await new Promise<void>((resolve) => ending.push(resolve));
  });
});
afterAll(async () => {
  for (const end of ending) end();
  await bench.close();
});

function claimOf(run: RunId, dispatch: number): Promise<CellClaim> {
  return vi.waitFor(() => {
    const found = jobs.find(({ job }) => job.run === run && job.dispatch === dispatch);
    if (found === undefined) throw new Error(`no job ${dispatch} yet`);
    return firstClaim(found.job, found.fence);
  });
}

function commit(claim: CellClaim, text: string): Promise<string> {
  return bench.callDesk.commit(claim, "succeeded", sampleReport(claim, text), NO_STREAM, []);
}

/** A run whose first call is given up by who took its job over, and is called anew, as the engine does. */
async function givenUp() {
  const { run } = await bench.submit();
  const owned = await bench.runDesk.take(run);
  if (owned === null) throw new Error("the run cannot be taken");
  const settled: Settled[] = [];
  const send = () => dispatchMember(owned, onSettled);
  const onSettled = (entry: Settled): void => {
    settled.push(entry);
    if (entry.status === "lost") void send();
  };
  await send();
  const first = await claimOf(run, 1001);
  await bench.callDesk.begin(first, 1, null);
  expect(await bench.callDesk.giveUp({ ...first, fence: first.fence + 1 })).toBe("lost");
  await vi.waitFor(() => expect(settled).toMatchObject([{ dispatch: 1001, status: "lost" }]));
  return { run, owned, settled, first, second: await claimOf(run, 1002) };
}

function dispatchMember(owned: OwnedRun, onSettled: (settled: Settled) => void): Promise<number> {
  const prompts = [owned.plan.request.messages];
  return owned.dispatch({ provider: "openai", steps: [MEMBER], prompts, deadlineMs: owned.deadlineAtMs }, onSettled);
}

function known(settled: Settled[]): [number, string][] {
  return settled.map(({ dispatch, status }) => [dispatch, status]);
}

describe("a call that was given up and answers all the same", () => {
  it("is the answer of its step, and the call that was made instead is ended", async () => {
    const { settled, first, second } = await givenUp();
    expect(await bench.callDesk.begin(second, 1, null)).toMatchObject({ kind: "begun" });
    const aborted = vi.fn<() => void>();
    bench.callDesk.watch(second, aborted);
    expect(await commit(first, "one")).toBe("succeeded");
    await vi.waitFor(() => expect(known(settled)).toContainEqual([1001, "succeeded"]));
    await vi.waitFor(() => expect(aborted).toHaveBeenCalledOnce());
    // Its own end is heard too, for what it cost.
    expect(await commit(second, "two")).toBe("late");
    await vi.waitFor(() =>
      expect(known(settled)).toEqual([
        [1001, "lost"],
        [1001, "succeeded"],
        [1002, "late"],
      ]),
    );
  });

  it("is the answer of its step also when the call instead has not begun", async () => {
    const { settled, first, second } = await givenUp();
    expect(await commit(first, "one")).toBe("succeeded");
    expect(await bench.callDesk.begin(second, 1, null)).toEqual({ kind: "refused", reason: "won" });
    await vi.waitFor(() =>
      expect(known(settled)).toEqual([
        [1001, "lost"],
        [1001, "succeeded"],
      ]),
    );
    // The other call is not lost and made again and again.
    await vi.waitFor(() => expect(known(settled).at(-1)).toEqual([1002, "cancelled"]), { timeout: 10_000 });
    expect(settled).toHaveLength(3);
  });

  it("is found in the journal before the call that was made instead counts as failed", async () => {
    const { run, settled, first, second } = await givenUp();
    await bench.callDesk.begin(second, 1, null);
    const inbox = String(await bench.redis.hget(`${bench.prefix}:run:${run}`, "inbox"));
    // The answer is told to nobody.
    await bench.redis.hset(`${bench.prefix}:run:${run}`, "inbox", `${bench.prefix}:inbox:nobody`);
    expect(await commit(first, "one")).toBe("succeeded");
    await bench.redis.hset(`${bench.prefix}:run:${run}`, "inbox", inbox);
    expect(await commit(second, "two")).toBe("late");
    await vi.waitFor(() =>
      expect(known(settled)).toEqual([
        [1001, "lost"],
        [1001, "succeeded"],
        [1002, "late"],
      ]),
    );
  });

  it("leaves nothing to be sent or lost under its step", async () => {
    const { run, owned, first } = await givenUp();
    await commit(first, "one");
    const late: Settled[] = [];
    await dispatchMember(owned, (entry) => late.push(entry));
    const third = await claimOf(run, 1003);
    expect(await bench.callDesk.begin(third, 1, null)).toEqual({ kind: "refused", reason: "won" });
    expect(await bench.callDesk.giveUp(third)).toBe("cancelled");
    await vi.waitFor(() => expect(late.map(({ status }) => status)).toEqual(["succeeded", "cancelled"]), { timeout: 10_000 });
    expect(late[0]).toMatchObject({ dispatch: 1001 });
  });
});
