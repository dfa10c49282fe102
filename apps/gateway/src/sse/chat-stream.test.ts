import type { Delivery, RunEvent, ToolCallDelta } from "@composite-llm/contracts";
import { ApiError, createRunId } from "@composite-llm/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assemble, readSse } from "../testing/read-sse.ts";
import { toCompletion } from "../testing/to-completion.ts";
import { type ChatStreamOptions, createChatStream } from "./chat-stream.ts";
import { createChunkFormat } from "./chunk-format.ts";

type Draft = { [Kind in RunEvent["kind"]]: [Kind, Extract<RunEvent, { kind: Kind }>["data"]] }[RunEvent["kind"]];

const run = createRunId(1_764_000_000_000);
const plan = {
  createdAtMs: 1_764_000_000_000,
  model: "composite/moa/openai/gpt-5",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  root: { strategy: "moa" },
  profile: null,
  simulated: false,
  planVersion: "v",
} as Parameters<typeof toCompletion>[0]["plan"];

const finished = (said: Parameters<typeof toCompletion>[1] = {}): Draft => ["finished", { completion: toCompletion({ run, plan }, said) }];
const delta = (data: Partial<Extract<RunEvent, { kind: "delta" }>["data"]>): Draft => [
  "delta",
  { step: "final", stream_attempt: 1, ...data },
];

function stream(events: readonly (Draft | "lost")[], given: Partial<Delivery> = {}, restart: ChatStreamOptions["restart"] = "error") {
  const delivery = { includeUsage: false, streamEvents: false, streamMembers: false, ...given };
  let text = "";
  let ends = 0;
  const format = createChunkFormat({
    id: `chatcmpl-${run}`,
    created: 1_764_000_000,
    model: plan.model,
    includeUsage: delivery.includeUsage,
  });
  const chat = createChatStream({ run, format, delivery, restart, send: (more) => (text += more), onEnd: () => (ends += 1) });
  for (const [index, event] of events.entries()) {
    if (event === "lost") chat.onLost(new Error("gone"));
    else chat.onEvent({ number: index + 1, kind: event[0], data: event[1] } as RunEvent);
  }
  return { text, ends, ...readSse(text) };
}

describe("an OpenAI stream", () => {
  test("has the same id, created and model on all chunks, and the role on the first delta alone", () => {
    const { chunks, isDone, ends } = stream([delta({ text: "Hel" }), delta({ text: "lo" }), finished({ message: { content: "Hello" } })]);
    expect(chunks.map(({ id, created, model, object }) => ({ id, created, model, object }))).toEqual(
      chunks.map(() => ({ id: `chatcmpl-${run}`, created: 1_764_000_000, model: plan.model, object: "chat.completion.chunk" })),
    );
    expect(chunks.map((chunk) => chunk.choices[0]?.delta)).toEqual([{ role: "assistant", content: "Hel" }, { content: "lo" }, {}]);
    expect(chunks.every((chunk) => !("usage" in chunk))).toBe(true);
    expect(isDone).toBe(true);
    expect(ends).toBe(1);
  });

  test("carries composite on the last chunk with a finish reason", () => {
    const { chunks } = stream([delta({ text: "a" }), finished({ message: { content: "a" }, finishReason: "length" })]);
    expect(chunks.map((chunk) => chunk.composite?.run_id)).toEqual([undefined, run]);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("length");
  });

  test("gives usage on one last chunk without choices when it was asked for", () => {
    const { chunks } = stream([delta({ text: "a" }), finished({ message: { content: "a" } })], { includeUsage: true });
    expect(chunks.map((chunk) => chunk.usage)).toEqual([null, null, expect.objectContaining({ total_tokens: 17 })]);
    expect(chunks.at(-1)?.choices).toEqual([]);
  });

  test("sends a whole answer that had no delta before it", () => {
    const { chunks } = stream([finished({ message: { content: "All at once." } })]);
    expect(assemble(chunks)).toMatchObject({ role: "assistant", content: "All at once.", finishReasons: ["stop"] });
  });

  test("has a delta with the role also for an empty answer", () => {
    expect(stream([finished({ message: { content: "" } })]).chunks[0]?.choices[0]?.delta).toEqual({ role: "assistant", content: "" });
  });

  test("gives id, type and name of a tool call once, with contiguous indexes", () => {
    const calls = [
      { id: "call_1", type: "function" as const, function: { name: "f", arguments: '{"a":1}' } },
      { id: "call_2", type: "function" as const, function: { name: "g", arguments: "{}" } },
    ];
    const piece = (...pieces: ToolCallDelta[]): Draft => delta({ tool_calls: pieces });
    const { chunks } = stream([
      piece({ index: 1, id: "call_1", name: "f", arguments: "" }),
      piece({ index: 1, id: "call_1", name: "f", arguments: '{"a"' }),
      piece({ index: 1, id: "", name: "", arguments: ":1}" }),
      finished({ message: { tool_calls: calls }, finishReason: "tool_calls" }),
    ]);
    const pieces = chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(pieces).toEqual([
      { index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "" } },
      { index: 0, function: { arguments: '{"a"' } },
      { index: 0, function: { arguments: ":1}" } },
      { index: 1, id: "call_2", type: "function", function: { name: "g", arguments: "{}" } },
    ]);
    expect(assemble(chunks).finishReasons).toEqual(["tool_calls"]);
  });

  test("has a vendor's own fields beside the id of a tool call, streamed or not", () => {
    const calls = ["a", "b"].map((id) => ({ id, type: "function" as const, function: { name: "f", arguments: "{}" }, signature: id }));
    const { chunks } = stream([
      delta({ tool_calls: [{ index: 0, id: "a", name: "f", arguments: "{}" }] }),
      delta({ tool_calls: [{ index: 0, arguments: "", vendor: { signature: "a" } }] }),
      finished({ message: { tool_calls: calls }, finishReason: "tool_calls" }),
    ]);
    expect(chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? [])).toEqual([
      { index: 0, id: "a", type: "function", function: { name: "f", arguments: "{}" } },
      { signature: "a", index: 0, function: { arguments: "" } },
      { signature: "b", index: 1, id: "b", type: "function", function: { name: "f", arguments: "{}" } },
    ]);
    const [first] = stream([delta({ tool_calls: [{ index: 0, id: "a", name: "f", vendor: { signature: "s" } }] })]).chunks;
    expect(first?.choices[0]?.delta.tool_calls?.[0]).toMatchObject({ index: 0, id: "a", signature: "s" });
  });

  test("keeps several choices apart, each with its role and finish reason", () => {
    const { chunks } = stream([
      delta({ choice: 1, text: "B" }),
      delta({ text: "A" }),
      finished({
        message: { content: "A" },
        more: [{ index: 1, message: { role: "assistant", content: "B!" }, finish_reason: "length" }],
      }),
    ]);
    expect(assemble(chunks, 0)).toMatchObject({ role: "assistant", content: "A", finishReasons: ["stop"] });
    expect(assemble(chunks, 1)).toMatchObject({ role: "assistant", content: "B!", finishReasons: ["length"] });
    expect(chunks.filter((chunk) => chunk.composite !== undefined)).toEqual([chunks.at(-1)]);
  });

  test("passes refusals, reasoning and log probabilities", () => {
    const logprobs = { content: [{ token: "x" }] };
    const { chunks } = stream([
      delta({ reasoning: "Hm. " }),
      delta({ refusal: "No", logprobs }),
      finished({ message: { refusal: "No.", reasoning_content: "Hm. and the panel's" } }),
    ]);
    expect(assemble(chunks)).toMatchObject({ reasoning: "Hm. ", refusal: "No." });
    expect(chunks[1]?.choices[0]?.["logprobs"]).toEqual(logprobs);
  });

  test("sends the panel's summary where no reasoning was streamed", () => {
    expect(assemble(stream([finished({ message: { content: "a", reasoning_content: "Panel." } })]).chunks).reasoning).toBe("Panel.");
  });

  test("tells of inner stages only when it was asked to", () => {
    const events: Draft[] = [
      ["stage", { name: "propose", index: 0, state: "started", reason: null }],
      ["member_delta", { step: "propose.0.0", stream_attempt: 1, text: "x" }],
      delta({ text: "a" }),
      finished({ message: { content: "a" } }),
    ];
    const kinds = (given: Partial<Delivery>) => stream(events, given).chunks.flatMap((chunk) => chunk.composite_event?.kind ?? []);
    expect(kinds({})).toEqual([]);
    expect(kinds({ streamEvents: true })).toEqual(["stage"]);
    expect(kinds({ streamEvents: true, streamMembers: true })).toEqual(["stage", "member_delta"]);
    const [first] = stream(events, { streamEvents: true, includeUsage: true }).chunks;
    expect(first).toMatchObject({ choices: [], usage: null, composite_event: { number: 1, kind: "stage", data: { state: "started" } } });
  });

  test("ends with an error chunk and no [DONE] when the run fails", () => {
    const error = new ApiError("all_members_failed", "Nobody answered.", { composite: { failed: [] } });
    const { chunks, isDone, ends } = stream([
      delta({ text: "a" }),
      ["error", { status: 502, headers: {}, error: error.body }],
      delta({ text: "never" }),
    ]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], error: { code: "all_members_failed", composite: { failed: [] } } });
    expect(chunks).toHaveLength(2);
    expect(isDone).toBe(false);
    expect(ends).toBe(1);
  });

  test("ends with an error that names the run when its events are lost", () => {
    const { chunks, isDone, ends } = stream([delta({ text: "a" }), "lost"]);
    expect(chunks[1]?.error).toMatchObject({ code: "queue_unavailable", composite: { run_id: run } });
    expect(isDone).toBe(false);
    expect(ends).toBe(1);
  });

  test("ends with an error that names the run when the final stage begins again after a part was sent", () => {
    const { chunks, isDone } = stream([
      delta({ text: "a" }),
      ["reset", { step: "final", stream_attempt: 2 }],
      delta({ stream_attempt: 2, text: "b" }),
    ]);
    expect(chunks).toHaveLength(2);
    expect(chunks[1]?.error).toMatchObject({ code: "upstream_error", composite: { run_id: run } });
    expect(isDone).toBe(false);
  });

  test("takes a new beginning for granted while nothing was sent", () => {
    const { chunks, isDone } = stream([
      ["reset", { step: "final", stream_attempt: 2 }],
      delta({ stream_attempt: 2, text: "b" }),
      // The panel's summary comes from the orchestrator, which counts no stream attempts.
      delta({ stream_attempt: 1, reasoning: "Panel." }),
      finished({ message: { content: "b", reasoning_content: "Panel." } }),
    ]);
    expect(assemble(chunks)).toMatchObject({ content: "b", reasoning: "Panel." });
    expect(isDone).toBe(true);
  });

  test("holds every token back until the answer is whole when it buffers", () => {
    const events: Draft[] = [
      delta({ text: "a" }),
      ["reset", { step: "final", stream_attempt: 2 }],
      delta({ stream_attempt: 2, text: "b" }),
    ];
    expect(stream(events, {}, "buffer").text).toBe("");
    expect(assemble(stream([...events, finished({ message: { content: "b!" } })], {}, "buffer").chunks).content).toBe("b!");
  });

  test("adds up to the committed answer, however it was cut and whatever is missing at its end", () => {
    const choice = fc.record({
      content: fc.string({ unit: "binary", maxLength: 60 }),
      refusal: fc.string({ maxLength: 10 }),
      arguments: fc.array(fc.json(), { maxLength: 3 }),
      cut: fc.integer({ min: 1, max: 7 }),
      sent: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(choice, { minLength: 1, maxLength: 3 }), (choices) => {
        const events: Draft[] = [];
        const pieces = (text: string, cut: number): string[] => text.match(new RegExp(`[^]{1,${cut}}`, "g")) ?? [];
        for (const [index, { content, refusal, arguments: calls, cut, sent }] of choices.entries()) {
          const own: Draft[] = [
            ...pieces(content, cut).map((text) => delta({ choice: index, text })),
            ...pieces(refusal, cut).map((text) => delta({ choice: index, refusal: text })),
            ...calls.flatMap((text, call) => [
              delta({ choice: index, tool_calls: [{ index: call, id: `call_${call}`, name: "f" }] }),
              ...pieces(text, cut).map((more) => delta({ choice: index, tool_calls: [{ index: call, arguments: more }] })),
            ]),
          ];
          events.push(...own.slice(0, Math.ceil(own.length * sent)));
        }
        const committed = choices.map(({ content, refusal, arguments: calls }, index) => ({
          index,
          message: {
            role: "assistant" as const,
            content,
            refusal,
            tool_calls: calls.map((text, call) => ({
              id: `call_${call}`,
              type: "function" as const,
              function: { name: "f", arguments: text },
            })),
          },
          finish_reason: "stop" as const,
        }));
        const completion = { ...toCompletion({ run, plan }), choices: committed };
        const { chunks, isDone } = stream([...events, ["finished", { completion }]]);
        expect(isDone).toBe(true);
        for (const [index, { content, refusal, arguments: calls }] of choices.entries()) {
          expect(assemble(chunks, index)).toMatchObject({
            role: "assistant",
            content,
            refusal,
            calls: calls.map((text, call) => ({ id: `call_${call}`, name: "f", arguments: text })),
            finishReasons: ["stop"],
          });
        }
      }),
      { numRuns: 300 },
    );
  });
});
