import type { RunEvent } from "@composite-llm/contracts";
import { systemClock } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { openProtocolBench, type ProtocolBench } from "../fixtures/protocol-bench.ts";
import { openLine, type Line } from "../fixtures/open-line.ts";
import { samplePlan } from "../fixtures/sample-plan.ts";
import { createRunGate } from "./create-run-gate.ts";
import { GOES_ON, type RunGate } from "./run-gate.ts";

let bench: ProtocolBench;
let gate: RunGate;
let line: Line;

beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  line = await openLine(inject("redisUrl"));
  gate = await createRunGate({ url: line.url, prefix: bench.prefix, onError: () => undefined, clock: systemClock, resultTtlMs: 60_000 });
});
afterAll(async () => {
  await gate.close();
  line.close();
  await bench.close();
});

describe("a follower whose Redis is gone for a while", () => {
  it("misses nothing of what happens meanwhile, and hears of what comes after", async () => {
    const events: RunEvent[] = [];
    const onLost = vi.fn<(reason: Error) => void>();
    const follow = { scope: "all" as const, onEvent: (event: RunEvent) => events.push(event), onLost };
    const submission = { graceMs: GOES_ON, follow, idempotencyKey: null, fingerprint: "", twin: "none", inheritFrom: null } as const;
    const { run } = await gate.submit(samplePlan(), submission);
    await vi.waitFor(() => expect(events).toHaveLength(1), { timeout: 5000 });

    line.cut();
    await vi.waitFor(async () => expect(await gate.isReady()).toBe(false));
    const owned = await bench.runDesk.take(run);
    await owned?.enter("final", [{ kind: "stage", data: { name: "final", index: 0, state: "started", reason: null } }]);
    // Longer than a follower is silent before it looks, so that it has looked in vain.
    const until = performance.now() + 2500;
    await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(until), { timeout: 5000 });
    expect(events).toHaveLength(1);

    line.mend();
    await vi.waitFor(() => expect(events).toHaveLength(3), { timeout: 10_000 });
    await bench.gate.cancel(run);
    await vi.waitFor(() => expect(events.at(-1)?.kind).toBe("error"), { timeout: 5000 });
    expect(events.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    expect(onLost).not.toHaveBeenCalled();
  });
});
