import type { Message, ModelDelta } from "@composite-llm/contracts";
import { describe, expect, it } from "vitest";
import { contentOf, joinDeltas, successOf } from "./expect-outcome.ts";
import type { Suite } from "./provider-conformance.ts";

const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"], additionalProperties: false },
  },
};
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export function describeAnswers({ vendor, call }: Suite): void {
  describe.each([false, true])("with stream: %s", (stream) => {
    it("answers in text, with usage and the model that served", async () => {
      const { result, headers } = successOf(await call({ stream }));
      expect(result.servedModel).toBe(vendor.model);
      expect(result.choices[0]).toMatchObject({ index: 0, finish_reason: "stop", message: { role: "assistant" } });
      expect(result.choices[0]?.message.content).toMatch(/^\[simulated/);
      expect(result.usage).toMatchObject({ cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 });
      expect(result.usage?.inputTokens).toBeGreaterThan(0);
      expect(result.usage?.outputTokens).toBeGreaterThan(0);
      expect(headers["content-type"]).toContain(stream ? "text/event-stream" : "application/json");
    });

    it("sends system and earlier turns in their order", async () => {
      const messages: Message[] = [
        { role: "system", content: "SYSTEM-WORDS" },
        { role: "user", content: "FIRST-QUESTION" },
        { role: "assistant", content: "FIRST-ANSWER" },
        { role: "user", content: [{ type: "text", text: "SECOND-QUESTION" }] },
      ];
      const echoed = contentOf(await call({ stream, behaviour: "echo", messages }));
      const places = ["FIRST-QUESTION", "FIRST-ANSWER", "SECOND-QUESTION"].map((words) => echoed.indexOf(words));
      expect(places).not.toContain(-1);
      expect(places).toEqual(places.toSorted((left, right) => left - right));
      expect(echoed).toContain("SYSTEM-WORDS");
    });

    it("sends images, inline and by address", async () => {
      const content = [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } },
        { type: "image_url", image_url: { url: "https://images.example/cat.jpg" } },
      ];
      const echoed = contentOf(await call({ stream, behaviour: "echo", messages: [{ role: "user", content }] }));
      expect(echoed).toContain(PIXEL);
      expect(echoed).toContain("https://images.example/cat.jpg");
    });

    it("calls a tool that it must call", async () => {
      const outcome = await call({ stream, params: { tools: [WEATHER], tool_choice: "required" } });
      const choice = successOf(outcome).result.choices[0];
      expect(choice?.finish_reason).toBe("tool_calls");
      expect(choice?.message.tool_calls).toHaveLength(1);
      const [called] = choice?.message.tool_calls ?? [];
      expect(called).toMatchObject({ type: "function", function: { name: "get_weather" } });
      expect(called?.id).not.toBe("");
      expect(JSON.parse(called?.function.arguments ?? "")).toHaveProperty("city");
    });

    it("calls the named tool, and several in one answer", async () => {
      const other = { type: "function", function: { name: "get_time", parameters: { type: "object", properties: {} } } };
      const named = await call({
        stream,
        params: { tools: [WEATHER, other], tool_choice: { type: "function", function: { name: "get_time" } } },
      });
      expect(successOf(named).result.choices[0]?.message.tool_calls?.[0]?.function.name).toBe("get_time");
      const both = await call({ stream, behaviour: "tool-call-2", params: { tools: [WEATHER, other] } });
      const calls = successOf(both).result.choices[0]?.message.tool_calls ?? [];
      expect(calls.map((called) => called.function.name)).toEqual(["get_weather", "get_time"]);
      for (const called of calls) expect(() => JSON.parse(called.function.arguments) as unknown).not.toThrow();
    });

    it("goes on after a tool's result", async () => {
      const asked: Message[] = [{ role: "user", content: "Weather in Lima and Oslo?" }];
      const first = await call({ stream, messages: asked, behaviour: "tool-call-2", params: { tools: [WEATHER] } });
      const message = successOf(first).result.choices[0]?.message;
      const results = (message?.tool_calls ?? []).map((called) => ({ role: "tool", tool_call_id: called.id, content: "20 degrees" }));
      expect(results).toHaveLength(2);
      const second = await call({
        stream,
        messages: [...asked, { ...message, role: "assistant" }, ...results],
        params: { tools: [WEATHER] },
      });
      expect(contentOf(second)).not.toBe("");
    });

    it("ends at the output cap, which is no failure", async () => {
      const { result } = successOf(await call({ stream, params: { max_tokens: 5 } }));
      expect(result.choices[0]?.finish_reason).toBe("length");
      expect(result.usage?.outputTokens).toBe(5);
    });

    it("ends before a stop text", async () => {
      const whole = contentOf(await call({ stream }));
      const stop = whole.slice(20, 30);
      const { result } = successOf(await call({ stream, params: { stop } }));
      expect(result.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: whole.slice(0, whole.indexOf(stop)) } });
    });

    it("answers by a JSON schema", async () => {
      const schema = { type: "object", properties: { verdict: { type: "string" } }, required: ["verdict"], additionalProperties: false };
      const format = { type: "json_schema", json_schema: { name: "verdict", strict: true, schema } };
      const content = contentOf(await call({ stream, params: { response_format: format } }));
      expect(JSON.parse(content)).toHaveProperty("verdict");
    });

    it("counts cached tokens as part of the input", async () => {
      const { usage } = successOf(await call({ stream, behaviour: "cached-3" })).result;
      const plain = successOf(await call({ stream })).result;
      expect(usage).toMatchObject({ cachedTokens: 3, inputTokens: plain.usage?.inputTokens });
    });

    it("keeps the model's reasoning apart from its text", async () => {
      const { result } = successOf(await call({ stream, behaviour: "reasoning-6" }));
      expect(result.choices[0]?.message.reasoning_content).not.toBe("");
      expect(result.choices[0]?.message.reasoning_content).toBeDefined();
      expect(result.choices[0]?.message.content).toMatch(/^\[simulated/);
    });

    it("passes on parameters that only the vendor knows, and the caller's headers", async () => {
      const headers = { "x-composite-run": "run-1", "x-composite-step": "propose.0.1" };
      const echoed = contentOf(await call({ stream, behaviour: "echo", params: vendor.ownParam, headers }));
      const { body, headers: sent } = JSON.parse(echoed) as { body: object; headers: object };
      expect(body).toMatchObject(vendor.ownParam);
      expect(sent).toMatchObject(headers);
    });
  });

  it("streams pieces that join to the message, and the same text as without a stream", async () => {
    const deltas: ModelDelta[] = [];
    const streamed = await call({ stream: true, behaviour: "utf8-reasoning-5", onDelta: (delta) => deltas.push(delta) });
    const message = successOf(streamed).result.choices[0]?.message;
    const joined = joinDeltas(deltas);
    expect(deltas.length).toBeGreaterThan(5);
    expect(joined.text).toBe(message?.content);
    expect(joined.reasoning).toBe(message?.reasoning_content);
    const whole = await call({ behaviour: "utf8-reasoning-5" });
    expect(message?.content).toBe(contentOf(whole));
  });

  it("streams tool calls by pieces, numbered from 0, that join to the message's", async () => {
    const deltas: ModelDelta[] = [];
    const params = { tools: [WEATHER] };
    const outcome = await call({ stream: true, behaviour: "tool-call-3", params, onDelta: (delta) => deltas.push(delta) });
    const calls = successOf(outcome).result.choices[0]?.message.tool_calls;
    expect(calls).toHaveLength(3);
    expect(joinDeltas(deltas).calls).toEqual(calls);
  });

  it("reports usage that the vendor left out as unknown", async () => {
    expect(successOf(await call({ behaviour: "usage-none" })).result.usage).toBeNull();
    expect(successOf(await call({ behaviour: "usage-null" })).result.usage).toBeNull();
  });
}
