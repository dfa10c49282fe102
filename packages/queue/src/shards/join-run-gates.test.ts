import { createRunId, type RunId, shardOf } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { samplePlan } from "../fixtures/sample-plan.ts";
import type { RunGate, StoredRun, Submission } from "../gate/run-gate.ts";
import { joinRunGates } from "./join-run-gates.ts";
import type { Shards } from "./open-shards.ts";

const SUBMISSION: Submission = { graceMs: 0, follow: null, idempotencyKey: null, fingerprint: "f", twin: "none", inheritFrom: null };

/** A shard that knows nothing but ids, and looks at so many for a page. */
function fakeGate(shard: number, runs: RunId[] = [], isReady = true, looked = Infinity) {
  const asked: string[] = [];
  const gate: Partial<RunGate> = {
    submit: async () => ({ run: createRunId(1, shard), isJoined: false, following: null }),
    read: async (run) => {
      asked.push(run);
      return null;
    },
    list: async (_caller, { before, limit }) => {
      const all = runs
        .filter((run) => before === null || run < before)
        .toSorted()
        .toReversed();
      const shown = all.slice(0, Math.min(limit, looked));
      return { runs: shown.map((run) => ({ run }) as StoredRun), next: all.length > shown.length ? (shown.at(-1) ?? null) : null };
    },
    isReady: async () => isReady,
  };
  return { gate: gate as RunGate, asked };
}

function join(gates: (RunGate | null)[]): RunGate {
  const opened = gates.filter((gate) => gate !== null);
  const shards: Shards<RunGate> = {
    size: gates.length,
    at: (shard) => gates[shard] ?? null,
    every: (holds) => opened.length === gates.length && opened.every(holds),
    some: (holds) => opened.some(holds),
    close: async (closePart) => void (await Promise.all(opened.map(closePart))),
  };
  return joinRunGates(shards);
}

describe("a gate over several shards", () => {
  it("hands requests in where equal ones went, and spreads those that differ", async () => {
    const gate = join([fakeGate(0).gate, fakeGate(1).gate]);
    const submit = async (changes: Partial<Submission>, caller = "a") =>
      shardOf((await gate.submit(samplePlan({ caller }), { ...SUBMISSION, ...changes })).run);
    const keys = Array.from({ length: 20 }, (_, key) => String(key));
    const first = await Promise.all(keys.map((idempotencyKey) => submit({ idempotencyKey, fingerprint: "one" })));
    expect(new Set(first)).toEqual(new Set([0, 1]));
    // Another body under the same key must meet the first, to be refused.
    expect(await Promise.all(keys.map((idempotencyKey) => submit({ idempotencyKey, fingerprint: "two" })))).toEqual(first);
    const tries = await Promise.all(keys.map((fingerprint) => submit({ fingerprint, twin: "may_be_adopted" })));
    expect(new Set(tries)).toEqual(new Set([0, 1]));
    expect(await Promise.all(keys.map((fingerprint) => submit({ fingerprint, twin: "adopts" })))).toEqual(tries);
  });

  it("hands a retry in where the journal is that it begins with", async () => {
    const gate = join([fakeGate(0).gate, fakeGate(1).gate, fakeGate(2).gate]);
    for (const shard of [0, 1, 2]) {
      for (const idempotencyKey of [null, "a", "b"]) {
        const { run } = await gate.submit(samplePlan(), { ...SUBMISSION, idempotencyKey, inheritFrom: createRunId(1, shard) });
        expect(shardOf(run)).toBe(shard);
      }
    }
  });

  it("asks the shard of a run for it, and knows no run of a shard that is not there", async () => {
    const [one, other] = [fakeGate(0), fakeGate(1)];
    const gate = join([one.gate, other.gate]);
    const run = createRunId(1, 1);
    await gate.read(run);
    expect([one.asked, other.asked]).toEqual([[], [run]]);
    const unknown = createRunId(1, 2);
    expect(await gate.read(unknown)).toBeNull();
    await expect(gate.cancel(unknown)).rejects.toMatchObject({ key: "run_not_found" });
  });

  it("merges the pages of all shards, newest first, without a gap or a double", async () => {
    const runs = Array.from({ length: 23 }, (_, index) => createRunId(1000 + index, index > 9 && index % 3 === 0 ? 0 : 1));
    const gate = join(
      [0, 1].map(
        (shard) =>
          fakeGate(
            shard,
            runs.filter((run) => shardOf(run) === shard),
          ).gate,
      ),
    );
    for (const limit of [1, 2, 5, 22, 23, 24]) {
      const seen: RunId[] = [];
      let hasMore = true;
      while (hasMore) {
        const page = await gate.list("a", { before: seen.at(-1) ?? null, limit, state: null });
        expect(page.runs.length).toBe(Math.min(limit, runs.length - seen.length));
        seen.push(...page.runs.map(({ run }) => run));
        hasMore = page.next !== null;
        expect(hasMore).toBe(seen.length < runs.length);
      }
      expect(seen).toEqual(runs.toReversed());
    }
  });

  it("leaves no gap where one shard looked less far back than another", async () => {
    const runs = Array.from({ length: 23 }, (_, index) => createRunId(1000 + index, index > 9 && index % 3 === 0 ? 0 : 1));
    const gate = join(
      [0, 1].map(
        (shard) =>
          fakeGate(
            shard,
            runs.filter((run) => shardOf(run) === shard),
            true,
            2 + 3 * shard,
          ).gate,
      ),
    );
    const seen: RunId[] = [];
    let before: RunId | null = null;
    do {
      const page = await gate.list("a", { before, limit: 9, state: null });
      seen.push(...page.runs.map(({ run }) => run));
      before = page.next;
    } while (before !== null);
    expect(seen).toEqual(runs.toReversed());
  });

  it("refuses what concerns a shard that is not there yet, and nothing else", async () => {
    const gate = join([fakeGate(0).gate, null]);
    expect(await gate.read(createRunId(1, 0))).toBeNull();
    const unavailable = { key: "queue_unavailable", status: 503 };
    await expect(gate.read(createRunId(1, 1))).rejects.toMatchObject(unavailable);
    await expect(gate.submit(samplePlan(), { ...SUBMISSION, inheritFrom: createRunId(1, 1) })).rejects.toMatchObject(unavailable);
    await expect(gate.list("a", { before: null, limit: 1, state: null })).rejects.toMatchObject(unavailable);
    expect(await gate.isReady()).toBe(false);
  });

  it("is ready when all shards are", async () => {
    expect(await join([fakeGate(0).gate, fakeGate(1).gate]).isReady()).toBe(true);
    expect(await join([fakeGate(0).gate, fakeGate(1, [], false).gate]).isReady()).toBe(false);
  });
});
