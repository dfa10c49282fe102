import { randomBytes } from "node:crypto";
import type { RunId } from "@composite-llm/core";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { Action, TryOf } from "../model/action.ts";
import { NOTHING_SEEN, type RunSight, type Sight } from "../model/sight.ts";
import { openWorld, toRunId, type World } from "../model/world.ts";
import { connectRedis } from "../redis/connect-redis.ts";

const prefix = `t${randomBytes(6).toString("hex")}`;
const redis = connectRedis({ url: inject("redisUrl"), prefix, onError: () => undefined }, "worker");
let world: World;
beforeAll(() => {
  world = openWorld(redis, prefix);
});
beforeEach(() => world.clear());
afterAll(async () => {
  await world.clear();
  redis.disconnect();
});

const [RUN, OTHER] = [toRunId(1), toRunId(2)];
const INBOX = `${prefix}:inbox:caller`;
const HEDGE = "propose.0.0~1";
/** The first try of the first dispatch of the streamed final step. */
const FIRST: TryOf = { run: RUN, step: "final", dispatch: 1001, fence: 1, try: 1 };

async function outcomeOf(action: Action): Promise<string> {
  return (await world.send(action))[0];
}

function look(): Promise<Sight> {
  return world.look([RUN, OTHER], [INBOX], NOTHING_SEEN);
}

async function lookAt(run = RUN): Promise<RunSight> {
  const sight = (await look()).runs.get(run);
  if (sight === undefined) throw new Error(`${run} was not looked at`);
  return sight;
}

/** Records as `kind try status`. */
async function records(): Promise<string[]> {
  return (await look()).records.map(({ kind, fence, try: number, status = "" }) => `${kind} ${fence}.${number} ${status}`.trim());
}

async function texts(): Promise<string[]> {
  const { events } = await lookAt();
  return events.filter(({ kind }) => kind === "delta" || kind === "reset").map(({ kind, data }) => data.text ?? kind);
}

const acceptance = (run = RUN, ttlMs = 60_000): Extract<Action, { kind: "accept" }> => {
  const nobody = {
    caller: "a",
    listener: "",
    graceMs: -1,
    idempotencyKey: "",
    fingerprint: "f",
    isTwin: false,
    hasWebhook: false,
    isFull: false,
  };
  return { kind: "accept", run, ttlMs, ...nobody };
};

async function accepted(run = RUN, ttlMs = 60_000): Promise<void> {
  await world.send(acceptance(run, ttlMs));
}

const own = (run: RunId, inbox = ""): Action => ({ kind: "own", run, inbox, job: `${run}.1`, stalls: 0 });

const intention = (step = "final", owner = 1): Action => ({
  kind: "intend",
  run: RUN,
  owner,
  dispatch: owner * 1000 + 1,
  digest: "d",
  steps: [step],
});

/** A run whose first owner intended a call. */
async function intended(step = "final"): Promise<void> {
  await accepted();
  await world.send(own(RUN, `${prefix}:inbox:owner`));
  await world.send(intention(step));
}

const begin = (more: Partial<TryOf> & { endsPrevious?: boolean } = {}): Action => {
  return { kind: "begin", ...FIRST, inbox: INBOX, digest: "d", endsPrevious: false, ...more };
};
const append = (index: number, attempt: number, more: Partial<TryOf> = {}): Action => {
  return { kind: "append", ...FIRST, index, attempt, text: `batch ${index} of ${more.try ?? 1}`, ...more };
};
const commit = (outcome: "succeeded" | "failed" | "cancelled", more: Partial<Extract<Action, { kind: "commit" }>> = {}): Action => {
  return {
    kind: "commit",
    ...FIRST,
    outcome,
    text: "answer",
    attempt: 0,
    batches: 0,
    unsent: outcome === "succeeded" ? ["answer"] : [],
    ...more,
  };
};
const release = (keep: boolean): Action => {
  const cells = [{ step: "final", dispatch: 1001 }];
  return { kind: "release", run: RUN, owner: 1, stage: "propose.0", decision: "first", keep, cells };
};
const CANCEL: Action = { kind: "finish", run: RUN, owner: null, state: "cancelled", unseen: 0 };

describe("accept", () => {
  it("keeps the list of a caller's runs as long as the run that lives longest", async () => {
    await accepted(RUN, 3_000_000);
    await accepted(OTHER, 1000);
    expect(await redis.pttl(world.keys.runsOf("a"))).toBeGreaterThan(3_000_000);
  });
});

describe("adopt", () => {
  const adopt: Action = { kind: "adopt", run: OTHER, fingerprint: "f", listener: "retry" };

  it("leaves a run that ended to the client that still reads it", async () => {
    await world.send({ ...acceptance(), listener: "client", isTwin: true });
    await world.send({ kind: "finish", run: RUN, owner: null, state: "succeeded", unseen: 0 });
    expect(await outcomeOf(adopt)).toBe("wait");
    // Its gateway died, and another shows that the client is there.
    await world.expire(`${world.keys.run(RUN)}:listeners`);
    await world.send({ kind: "attach", run: RUN, listener: "client again" });
    expect(await outcomeOf(adopt)).toBe("wait");
    await world.send({ kind: "detach", run: RUN, listener: "client again", graceMs: null, leastGraceMs: 0, takesKeepBack: false });
    expect(await outcomeOf(adopt)).toBe("adopted");
  });
});

describe("inherit", () => {
  const inherit: Action = { kind: "inherit", run: OTHER, from: RUN };

  it("copies the answer of a hedge that won its step", async () => {
    await intended(HEDGE);
    await world.send(commit("succeeded", { step: HEDGE }));
    await accepted(OTHER);
    await world.send(inherit);
    const { cells, journal } = await lookAt(OTHER);
    expect(cells.get(`${HEDGE}#1001`)?.status).toBe("succeeded");
    expect(journal.get(`r:${HEDGE}#1001`)).toBe('{"text":"answer"}');
    expect(journal.get("w:propose.0.0")).toBe("1001");
  });

  it("leaves a run alone that was taken up", async () => {
    await intended();
    await world.send(commit("succeeded"));
    await accepted(OTHER);
    await world.send(own(OTHER));
    expect(await outcomeOf(inherit)).toBe("known");
    expect((await lookAt(OTHER)).journal.size).toBe(0);
  });
});

describe("intend", () => {
  it("opens no cell again when it is repeated", async () => {
    await intended();
    await world.send(begin());
    await world.send(commit("succeeded"));
    const before = await lookAt();
    expect(await outcomeOf(intention())).toBe("ok");
    expect(await lookAt()).toMatchObject({ cells: before.cells, number: before.number });
  });
});

describe("release", () => {
  it("leaves nothing that never expires, also when it is the first that is journaled", async () => {
    await accepted();
    await world.send(own(RUN));
    await world.send(release(false));
    expect((await lookAt()).ttls.journal).toBeGreaterThan(0);
  });
});

describe("begin", () => {
  it("starts a request once when it is repeated", async () => {
    await intended();
    await world.send(begin());
    const { number } = await lookAt();
    expect(await outcomeOf(begin())).toBe("ok");
    expect((await lookAt()).number).toBe(number);
    expect(await records()).toEqual(["started 1.1"]);
  });

  it("records the try before once when it is repeated", async () => {
    await intended();
    for (const action of [begin(), begin({ try: 2, endsPrevious: true }), begin({ try: 2, endsPrevious: true })]) await world.send(action);
    expect(await records()).toEqual(["started 1.1", "finished 1.1 failed", "started 1.2"]);
  });

  it("records the try before when the run is gone", async () => {
    await intended();
    await world.send(begin());
    await world.expire(world.keys.run(RUN), world.keys.journal(RUN), world.keys.events(RUN));
    expect(await outcomeOf(begin({ try: 2, endsPrevious: true }))).toBe("gone");
    expect(await records()).toEqual(["started 1.1", "finished 1.1 failed"]);
  });

  it("refuses a try behind which there is another", async () => {
    await intended();
    for (const action of [begin(), begin({ try: 2 })]) await world.send(action);
    expect(await outcomeOf(begin())).toBe("fenced");
  });
});

describe("append", () => {
  it("refuses the first batch of a try behind which there is another", async () => {
    await intended();
    for (const action of [begin(), append(0, 0), begin({ try: 2 }), append(0, 0, { try: 2 })]) await world.send(action);
    expect(await outcomeOf(append(0, 0))).toBe("fenced");
    expect(await texts()).toEqual(["batch 0 of 1", "reset", "batch 0 of 2"]);
  });
});

describe("commit", () => {
  it.each(["failed", "cancelled"] as const)("records a call that %s once when it is repeated", async (outcome) => {
    await intended();
    await world.send(begin());
    expect([await outcomeOf(commit(outcome)), await outcomeOf(commit(outcome))]).toEqual([outcome, outcome]);
    expect(await records()).toEqual(["started 1.1", `finished 1.1 ${outcome}`]);
  });

  it("records an answer that came second once when it is repeated", async () => {
    await intended();
    await world.send(commit("succeeded", { fence: 2 }));
    expect([await outcomeOf(commit("succeeded")), await outcomeOf(commit("succeeded"))]).toEqual(["duplicate", "duplicate"]);
    expect(await records()).toEqual(["finished 2.1 succeeded", "finished 1.1 duplicate"]);
  });

  it("records a failure as one, also beside the answer of another", async () => {
    await intended();
    await world.send(commit("succeeded", { fence: 2 }));
    expect(await outcomeOf(commit("failed"))).toBe("failed");
  });

  it.each(["failed", "cancelled"] as const)("leaves the cell to the call that overtook one that %s", async (outcome) => {
    await intended();
    for (const action of [begin(), begin({ fence: 2 })]) await world.send(action);
    expect(await outcomeOf(commit(outcome))).toBe(outcome);
    expect((await lookAt()).cells.get("final#1001")).toMatchObject({ status: "open", fence: 2 });
    expect(await outcomeOf(commit("succeeded", { fence: 2 }))).toBe("succeeded");
  });

  it("leaves the cell to the call whose stream overtook that of another", async () => {
    await intended();
    for (const action of [begin(), append(0, 0), begin({ fence: 2 }), append(0, 0, { fence: 2 })]) await world.send(action);
    expect(await outcomeOf(commit("succeeded", { attempt: 1, batches: 1 }))).toBe("duplicate");
    expect(await outcomeOf(commit("succeeded", { fence: 2, attempt: 2, batches: 1, unsent: ["end"] }))).toBe("succeeded");
    expect(await texts()).toEqual(["batch 0 of 1", "reset", "batch 0 of 1", "end"]);
  });

  it("adds no batch that was appended although its caller did not hear so", async () => {
    await intended();
    for (const action of [begin(), append(0, 0), append(1, 1)]) await world.send(action);
    await world.send(commit("succeeded", { attempt: 1, batches: 1, unsent: ["batch 1 of 1", "end"] }));
    expect(await texts()).toEqual(["batch 0 of 1", "batch 1 of 1", "end"]);
  });

  it("goes on with its own stream although its caller did not hear of it", async () => {
    await intended();
    for (const action of [begin(), append(0, 0)]) await world.send(action);
    await world.send(commit("succeeded", { unsent: ["batch 0 of 1", "end"] }));
    expect(await texts()).toEqual(["batch 0 of 1", "end"]);
  });
});

describe("revive", () => {
  it("lets go of the quarantine of a run that is gone, and of its dispatches", async () => {
    await intended();
    const deaths = { kind: "suffer", run: RUN, job: "job", stalls: 3, fence: 1 } as const;
    for (const dispatch of [null, 1001]) await world.send({ ...deaths, dispatch });
    expect((await lookAt()).alone).toEqual([RUN, `${RUN}.1001`]);
    await world.expire(world.keys.run(RUN), world.keys.journal(RUN), world.keys.events(RUN));
    expect(await outcomeOf({ kind: "revive", run: RUN, jobs: 1 })).toBe("gone");
    expect((await lookAt()).alone).toEqual([]);
  });
});

describe("finish", () => {
  it("aborts a call whose answer was to be kept when the run is cancelled", async () => {
    await intended();
    await world.makeInbox(INBOX);
    for (const action of [begin(), release(true), CANCEL]) await world.send(action);
    expect((await look()).inboxes.get(INBOX)?.news.at(-1)).toMatchObject({ kind: "abort", step: "final", dispatch: 1001 });
    expect(await outcomeOf(commit("cancelled"))).toBe("cancelled");
  });
});
