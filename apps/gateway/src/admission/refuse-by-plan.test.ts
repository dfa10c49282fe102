import { createRunId } from "@composite-llm/core";
import { parseChatRequest } from "@composite-llm/openai-api";
import { GOES_ON, type Submission } from "@composite-llm/queue";
import { describe, expect, it, vi } from "vitest";
import { buildTestGateway } from "../testing/build-test-gateway.ts";
import { createFakeLimitsBoard } from "../testing/fake-limits-board.ts";
import { createFakeRunGate } from "../testing/fake-run-gate.ts";
import { loadTestSettings } from "../testing/load-test-settings.ts";
import { expectedWaitMs } from "./expected-wait.ts";
import { refuseByPlan } from "./refuse-by-plan.ts";

const { planner } = await loadTestSettings(`version: 1
models:
  fallbacks: { openai/gpt-5: [anthropic/claude-sonnet-4-5] }
profiles:
  inner: { strategy: moa, model: openai/gpt-4o, proposers: [openai/a, openai/b] }
`);
const caller = { name: "anonymous", models: [], mayUse: () => true };

function planOf(fields: object) {
  const request = parseChatRequest({ model: "openai/gpt-4o", messages: [{ role: "user", content: "Hi" }], ...fields });
  return planner.plan(request, { caller, traceId: "t", seed: 1, nowMs: 0, background: false }).plan;
}

/** @param waits in ms, by model; those of the anthropic one stand for a fallback */
function waitOf(fields: object, waits: Readonly<Record<string, number>>): number {
  const board = createFakeLimitsBoard();
  for (const [model, waitMs] of Object.entries(waits)) board.waits.set(model.includes("/") ? model : `openai/${model}`, waitMs);
  return expectedWaitMs(planOf(fields), board);
}

const PANEL = { model: "composite/moa/openai/gpt-4o", proposers: ["openai/a", "openai/b", "openai/c"] };
const WAITS = { a: 1000, b: 3000, c: 2000, "gpt-4o": 500 };

describe("the wait that is expected of a run", () => {
  it("is that of its stages one after the other, each for as many members as it needs", () => {
    expect(waitOf({ ...PANEL, stages: { propose: { min_success: 1 } } }, WAITS)).toBe(1500);
    expect(waitOf({ ...PANEL, stages: { propose: { min_success: 2 } } }, WAITS)).toBe(2500);
    expect(waitOf({ ...PANEL, stages: { propose: { min_success: 3 } } }, WAITS)).toBe(3500);
    expect(waitOf({ ...PANEL, layers: 2, stages: { propose: { min_success: 1 } } }, WAITS)).toBe(2500);
  });

  it("is that of the place which has room first, where a call may be made at several", () => {
    const fallback = { "gpt-5": 4000, "anthropic/claude-sonnet-4-5": 300 };
    expect(waitOf({ model: "openai/gpt-5" }, fallback)).toBe(300);
    expect(waitOf({ model: "openai/gpt-5" }, { "gpt-5": 200, "anthropic/claude-sonnet-4-5": 300 })).toBe(200);
  });

  it("is nothing where nobody can tell", () => {
    expect(waitOf(PANEL, {})).toBe(0);
    expect(waitOf({ model: "openai/gpt-5" }, { "gpt-5": 4000 })).toBe(0);
  });

  it("holds what members wait for that are composites themselves", () => {
    const nested = { ...PANEL, proposers: ["composite/profile/inner"], stages: { propose: { min_success: 1 } } };
    expect(waitOf(nested, { a: 1000, b: 5000, "gpt-4o": 500 })).toBe(
      waitOf({ model: "composite/profile/inner" }, { a: 1000, b: 5000, "gpt-4o": 500 }) + 500,
    );
  });

  it("is that of the last call alone when the panel has spoken before", () => {
    const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
    const messages = [
      { role: "user", content: "Hi" },
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: "call_1", content: "1" },
    ];
    expect(waitOf({ ...PANEL, messages }, WAITS)).toBe(500);
  });

  it("asks for each call in the class that it will wait in", () => {
    for (const [fields, classes] of [
      [{}, [2]],
      [{ priority: "batch" }, [5]],
      [{ ...PANEL, proposers: ["openai/a"], layers: 2 }, [2, 1, 0]],
      [{ ...PANEL, proposers: ["composite/profile/inner"], layers: 1 }, [2, 2, 1, 0]],
      [{ ...PANEL, proposers: ["openai/a"], layers: 1, priority: "batch" }, [5, 3]],
    ] as const) {
      const expected = vi.fn<(provider: string, model: string, callClass: number) => null>(() => null);
      expectedWaitMs(planOf(fields), { expectedWaitMs: expected });
      expect(expected.mock.calls.map(([, , callClass]) => callClass)).toEqual(classes);
    }
  });
});

describe("a run that would wait for longer than it may take", () => {
  const SUBMISSION: Submission = {
    graceMs: GOES_ON,
    follow: null,
    idempotencyKey: null,
    fingerprint: "f",
    twin: "none",
    inheritFrom: null,
  };
  const plan = planOf({ total_deadline_ms: 60_000 });

  it("is refused before anything is stored, but joined where its key stands for one that exists", async () => {
    const gate = createFakeRunGate();
    const board = createFakeLimitsBoard();
    const { app } = await buildTestGateway({ gate: refuseByPlan(gate, board) });
    const ask = (idempotencyKey: string) =>
      app.inject({
        method: "POST",
        url: "/v1/runs",
        headers: { "idempotency-key": idempotencyKey },
        payload: { model: "openai/gpt-4o", total_deadline_ms: 60_000, messages: [{ role: "user", content: "Hi" }] },
      });
    expect((await ask("one")).statusCode).toBe(202);
    board.waits.set("openai/gpt-4o", 130_000);
    const refused = await ask("other");
    expect(refused.statusCode).toBe(429);
    // The official clients would come back too early.
    expect(refused.headers).toMatchObject({ "retry-after": "70", "x-should-retry": "false" });
    expect((await ask("one")).statusCode).toBe(202);
    expect(gate.submitted).toHaveLength(1);
  });

  async function submitted(waitMs: number, change: Partial<Submission> = {}) {
    const gate = createFakeRunGate();
    const submit = vi.spyOn(gate, "submit");
    const board = createFakeLimitsBoard();
    // Whoever has not looked cannot tell.
    board.look = async () => void board.waits.set("openai/gpt-4o", waitMs);
    const refused = await refuseByPlan(gate, board)
      .submit(plan, { ...SUBMISSION, ...change })
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(refused).toBe(submit.mock.calls[0]?.[1].refusal);
    return submit.mock.calls[0]?.[1].refusal;
  }

  it("is handed in only to be joined, with the wait after which it would fit", async () => {
    const refusal = await submitted(72_500);
    expect(refusal).toMatchObject({ status: 429, body: { code: "provider_rate_limited", type: "rate_limit_error" } });
    expect(refusal?.headers).toEqual({ "retry-after": "13", "retry-after-ms": "12500" });
    expect(refusal?.message).toContain("about 73 s");
  });

  it("is taken as soon as its wait fits, and when it repeats what was paid for", async () => {
    expect(await submitted(60_000)).toBeUndefined();
    expect(await submitted(72_500, { inheritFrom: createRunId(0) })).toBeUndefined();
  });
});
