import { readSse } from "@composite-llm/gateway/testing";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { askRun, followRun } from "./harness/ask-run.ts";
import { compositeOf } from "./harness/open-client.ts";
import { MESSAGES } from "./harness/panels.ts";
import { fetchChat, postChat } from "./harness/post-chat.ts";
import { providerCalls, reportedUsage } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

/** A model that its provider does not have, one that breaks off in the middle of its words, and one that finds the question too long. */
const MISSING = "openai/gpt-4o-mini-mock-error-404";
const BROKEN = "openai/gpt-4o-mini-mock-tokens-60-stream-cut-20";
const STRICT = "openai/gpt-4o-mini-mock-context-length";
const SOUND = "anthropic/claude-haiku-4-5";
const SLOW = `${SOUND}-mock-latency-2000`;
const FLAKY = "flaky/gpt-4o-mini-mock-error-503";
const OPERATOR_KEY = "key-of-the-operator";
const OTHERS = ["openai/gpt-4o-mini", "openai/gpt-5-mini"];
const PATIENT = { timeout: 30_000, interval: 10 };

let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  const places = { [MISSING]: [`${MISSING}-html`, SOUND], [`${MISSING}-utf8`]: [SLOW], [BROKEN]: [SOUND], [STRICT]: [SOUND] };
  const providers = "providers: { openai: {}, anthropic: {}, flaky: { extends: openai }, spare: { extends: openai } }";
  Object.assign(places, { [FLAKY]: [SOUND], "spare/gpt-4o": [SOUND] });
  stack = await startStack({
    env: { OPERATOR_KEY },
    config: `version: 1\n${providers}\nmodels: { fallbacks: ${JSON.stringify(places)} }\n`,
  });
  records = openRunRecords(stack);
});

afterAll(async () => {
  records.close();
  await stack.stop();
});

/** What the provider saw of a run: step, wire format and end of each request. */
async function seen(run: string): Promise<unknown[]> {
  return (await providerCalls(stack.mockUrl, run)).map(({ step, wire, end }) => [step, wire, end?.status ?? "open"]);
}

describe("a call that fails at its provider", () => {
  it("is made at the other places of its model, in their order, and the response says so", async () => {
    const { body, headers, run } = await postChat(stack.gatewayUrl, {
      model: "composite/moa/openai/gpt-4o",
      proposers: [MISSING, ...OTHERS],
      messages: MESSAGES,
    });
    expect((await seen(run)).filter((call) => String(call).startsWith("propose.0.0"))).toEqual([
      ["propose.0.0", "openai", 404],
      ["propose.0.0~1", "openai", 404],
      ["propose.0.0~2", "anthropic", 200],
    ]);
    expect(headers.get("x-composite-degraded")).toBe("fallback_model");
    const { composite } = body;
    expect(composite).toMatchObject({ degraded: [{ code: "fallback_model", stage: "propose", slot: 0 }], failed: [], calls: 6 });
    expect(composite.stages[0]?.calls.map(({ step, provider, status, class: why }) => [step, provider, status, why])).toEqual([
      ["propose.0.0", "openai", "failed", "model_not_found"],
      ["propose.0.0~1", "openai", "failed", "model_not_found"],
      ["propose.0.0~2", "anthropic", "succeeded", null],
      ["propose.0.1", "openai", "succeeded", null],
      ["propose.0.2", "openai", "succeeded", null],
    ]);
    expect(body.usage).toMatchObject(reportedUsage(await providerCalls(stack.mockUrl, run)));
    const events = await followRun(stack.gatewayUrl, run);
    const told = events.flatMap(({ event, data }) => (event === "call" ? [data as { step: string; provider: string; state: string }] : []));
    expect(told.filter(({ step }) => step === "propose.0.0~2").map(({ provider, state }) => [provider, state])).toEqual([
      ["anthropic", "queued"],
      ["anthropic", "sent"],
      ["anthropic", "succeeded"],
    ]);
  });

  it("is left to its client when every place would say the same of the request", async () => {
    const { status, body, run } = await postChat(stack.gatewayUrl, { model: STRICT, messages: MESSAGES });
    expect([status, body.error.code]).toEqual([400, "context_length_exceeded"]);
    expect(await seen(body.error.composite?.["run_id"] as string)).toEqual([["final", "openai", 400]]);
    expect(run).not.toBe("");
  });
});

describe("a provider that lets nothing through", () => {
  const handIn = async () => {
    const { body, run } = await postChat(stack.gatewayUrl, { model: FLAKY, messages: MESSAGES });
    expect(body.composite.degraded).toEqual([{ code: "fallback_model", stage: "final", slot: 0 }]);
    return await seen(run);
  };

  it("is not waited for once its calls kept failing", async () => {
    const failing = [503, 503, 503].map((status) => ["final", "openai", status]);
    expect(await handIn()).toEqual([...failing, ["final~1", "anthropic", 200]]);
    // The fifth failure in a row is the last.
    expect(await handIn()).toEqual([...failing.slice(1), ["final~1", "anthropic", 200]]);
    expect(await handIn()).toEqual([["final~1", "anthropic", 200]]);
  });

  it("is not asked while an operator has it drained", async () => {
    const drained = await fetch(`${stack.gatewayUrl}/v1/providers/spare/drain`, {
      method: "POST",
      headers: { authorization: `Bearer ${OPERATOR_KEY}` },
    });
    expect(drained.status).toBe(200);
    const { body, run } = await postChat(stack.gatewayUrl, { model: "spare/gpt-4o", messages: MESSAGES });
    expect(body.composite.degraded).toEqual([{ code: "fallback_model", stage: "final", slot: 0 }]);
    expect(await seen(run)).toEqual([["final~1", "anthropic", 200]]);
  });
});

describe("a last call that fails", () => {
  it("before its first word is streamed from the other place, as one whole answer", async () => {
    const answer = await fetchChat(stack.gatewayUrl, { model: MISSING, messages: MESSAGES, stream: true });
    const { chunks, isDone } = readSse(await answer.text());
    const run = answer.headers.get("x-composite-run-id") ?? "";
    expect(isDone).toBe(true);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
    expect(text).toBe((await records.committed(run))?.choices[0]?.message.content);
    expect(await seen(run)).toEqual([
      ["final", "openai", 404],
      ["final~1", "openai", 404],
      ["final~2", "anthropic", 200],
    ]);
    expect(compositeOf(chunks.at(-1) ?? {}).degraded).toEqual([{ code: "fallback_model", stage: "final", slot: 0 }]);
  });

  it("after its first word stays failed: what was seen cannot be taken back", async () => {
    const { run } = await askRun(stack.gatewayUrl, "POST", "", { model: BROKEN, messages: MESSAGES });
    await vi.waitFor(async () => expect(await records.state(run.id)).toBe("failed"), PATIENT);
    expect(new Set((await providerCalls(stack.mockUrl, run.id)).map(({ step, wire }) => `${step} ${wire}`))).toEqual(
      new Set(["final openai"]),
    );
  });
});

describe("a run whose orchestrator dies while it falls back", () => {
  it("goes on with the call that is under way, and makes no other", async () => {
    const model = "composite/moa/openai/gpt-4o";
    const proposers = [`${MISSING}-utf8`, ...OTHERS];
    const { run } = await askRun(stack.gatewayUrl, "POST", "", { model, proposers, messages: MESSAGES });
    await vi.waitFor(async () => expect(await seen(run.id)).toContainEqual(["propose.0.0~1", "anthropic", "open"]), PATIENT);
    await stack.process("orchestrator").kill("SIGKILL");
    await stack.process("orchestrator").restart();
    await vi.waitFor(async () => expect(await records.state(run.id)).toBe("succeeded"), PATIENT);
    // Once more where it was put aside meanwhile.
    expect(await records.owners(run.id)).toBeGreaterThanOrEqual(2);
    expect((await seen(run.id)).filter((call) => String(call).startsWith("propose.0.0"))).toEqual([
      ["propose.0.0", "openai", 404],
      ["propose.0.0~1", "anthropic", 200],
    ]);
    const { result } = (await askRun(stack.gatewayUrl, "GET", `/${run.id}`)).run;
    expect(result?.composite.degraded).toEqual([{ code: "fallback_model", stage: "propose", slot: 0 }]);
  });
});
