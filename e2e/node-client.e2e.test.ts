import { assemble, readSse } from "@composite-llm/gateway/testing";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import { OpenAI } from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chat, type ChatFields, compositeOf, openClient, runOf, textOf } from "./harness/open-client.ts";
import { COUNCIL, MESSAGES, MOA, PANELS, SKY_FORMAT, WEATHER } from "./harness/panels.ts";
import { fetchChat } from "./harness/post-chat.ts";
import { providerCalls, reportedUsage, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";

/** Members that nothing helps: the one is refused as it is asked, the other refuses to answer. */
const [BAD, REFUSING] = ["openai/mock-error-400", "anthropic/claude-haiku-4-5-mock-refusal"];
const GOOD = ["openai/gpt-4o-mini", "openai/gpt-4o"];

let stack: Stack;
let client: OpenAI;
let records: RunRecords;

beforeAll(async () => {
  stack = await startStack();
  client = openClient(stack.gatewayUrl);
  records = openRunRecords(stack);
});

afterAll(async () => {
  records.close();
  await stack.stop();
});

function callsOf(run: string) {
  return providerCalls(stack.mockUrl, run);
}

/** Reads a whole stream by its bytes. */
async function readStream(fields: ChatFields) {
  const answer = await fetchChat(stack.gatewayUrl, { ...chat(fields), stream: true });
  const text = await answer.text();
  return { text, headers: answer.headers, ...readSse(text), run: answer.headers.get("x-composite-run-id") ?? "" };
}

/** What a model says to the same messages when it is asked at the provider itself: its answers are deterministic. */
async function askProvider(name: string, step: string): Promise<string> {
  const provider = new OpenAI({ baseURL: `${stack.mockUrl}/openai/v1`, apiKey: "any", defaultHeaders: { "x-composite-step": step } });
  return textOf(await provider.chat.completions.create(chat({ model: name.replace("openai/", "") })));
}

type Body = Record<string, unknown> & { messages: { content: string }[] };

/** The request as a model got it that answers with an echo. */
function echoed(text: string): Body {
  return (JSON.parse(text) as { body: Body }).body;
}

describe("the official Node client", () => {
  it("gets one answer from a panel of two vendors, with the usage of all its calls", async () => {
    for (const { request, steps, speaker } of PANELS) {
      const { data: completion, response } = await client.chat.completions.create(chat(request)).withResponse();
      const run = runOf(completion);
      const composite = compositeOf(completion);
      const calls = await callsOf(run);

      expect(completion).toMatchObject({ object: "chat.completion", model: request.model });
      expect(completion.choices).toMatchObject([{ index: 0, finish_reason: "stop", message: { role: "assistant" } }]);
      expect(textOf(completion)).toMatch(new RegExp(`^\\[simulated ${speaker}\\] \\w+`));
      expect(requestsByStep(calls)).toEqual(steps);
      expect(new Set(calls.map(({ wire }) => wire))).toEqual(new Set(["openai", "anthropic"]));

      expect(completion.usage).toMatchObject(reportedUsage(calls));
      expect(completion.usage?.total_tokens).toBeGreaterThan(100);
      expect(composite).toMatchObject({ run_id: run, calls: calls.length, simulated: true, degraded: [], failed: [], cost_final: true });
      const told = composite.stages.flatMap((stage) =>
        stage.calls.map(({ step, model, usage }) => `${step} ${model} ${usage.total_tokens}`),
      );
      const seen = calls.map((call) => `${call.step} ${call.model} ${reportedUsage([call]).total_tokens}`);
      expect(told.toSorted()).toEqual(seen.toSorted());
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "x-composite-run-id": run,
        "x-composite-trace-id": composite.trace_id,
        "x-composite-calls": String(calls.length),
        "x-composite-cost-usd": String(composite.cost_usd),
        "x-composite-simulated": "true",
        "x-request-id": expect.stringMatching(/./) as string,
        "openai-processing-ms": expect.stringMatching(/^\d+$/) as string,
      });
    }
  });

  it("streams the same panels, in chunks of exactly the shape that clients rely on, and through its helper", async () => {
    for (const { request, steps, speaker } of PANELS) {
      const body = { ...chat(request), stream: true, stream_options: { include_usage: true } } as const;
      let [run, content] = ["", ""];
      let usage: OpenAI.CompletionUsage | null = null;
      for await (const chunk of await client.chat.completions.create(body)) {
        run = runOf(chunk);
        content += chunk.choices[0]?.delta.content ?? "";
        if (chunk.choices.length === 0) usage = chunk.usage ?? null;
      }
      const calls = await callsOf(run);
      expect(content).toMatch(new RegExp(`^\\[simulated ${speaker}\\] \\w+`));
      expect(content).toBe((await records.committed(run))?.choices[0]?.message.content);
      expect(usage).toMatchObject(reportedUsage(calls));
      expect(requestsByStep(calls)).toEqual(steps);

      const helper = client.chat.completions.stream(body);
      const pieces: string[] = [];
      helper.on("content", (delta) => pieces.push(delta));
      const completion = await helper.finalChatCompletion();
      expect(textOf(completion)).toBe(pieces.join(""));
      expect(textOf(completion)).toBe((await records.committed(runOf(completion)))?.choices[0]?.message.content);
      expect(await helper.totalUsage()).toMatchObject(reportedUsage(await callsOf(runOf(completion))));
    }

    const { text, headers, run, chunks, isDone } = await readStream({ ...MOA, stream_options: { include_usage: true } });
    expect(Object.fromEntries(headers)).toMatchObject({ "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" });
    expect(isDone).toBe(true);
    expect(text).toMatch(/\n\ndata: \[DONE\]\n\n$/);
    const created = chunks[0]?.created;
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ id: `chatcmpl-${run}`, created, model: MOA.model, object: "chat.completion.chunk" });
    }
    const usage = chunks.at(-1);
    const [first, ...others] = chunks.slice(0, -1);
    const last = others.at(-1);
    expect(usage).toMatchObject({ choices: [], usage: reportedUsage(await callsOf(run)) });
    for (const chunk of chunks.slice(0, -1)) expect(chunk).toMatchObject({ usage: null, choices: [{ index: 0 }] });
    for (const chunk of chunks.slice(0, -2)) expect(chunk.choices[0]?.finish_reason).toBe(null);
    expect(first?.choices[0]?.delta.role).toBe("assistant");
    for (const chunk of others) expect(chunk.choices[0]?.delta).not.toHaveProperty("role");
    expect(last).toMatchObject({ choices: [{ delta: {}, finish_reason: "stop" }], composite: { run_id: run, calls: 4 } });
    expect(chunks.filter((chunk) => chunk.composite !== undefined)).toEqual([last]);

    const plain = await readStream(MOA);
    expect(plain.chunks.length).toBeGreaterThan(1);
    expect(plain.chunks.filter((chunk) => chunk.choices.length === 0 || "usage" in chunk)).toEqual([]);
  });

  it("lists models, and finds a composite by its name with its slashes encoded or not", async () => {
    const listed: (OpenAI.Model & { supported_parameters?: string[] })[] = [];
    for await (const model of client.models.list()) listed.push(model);
    expect(listed.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["composite/moa/openai/gpt-5", "composite/council/anthropic/claude-haiku-4-5", "openai/gpt-5"]),
    );
    expect(listed.filter((model) => (model.supported_parameters ?? []).length === 0)).toEqual([]);
    const name = "composite/moa/openai/some-model-of-tomorrow";
    const found = await client.models.retrieve(name);
    expect(found).toMatchObject({ id: name, object: "model", owned_by: "composite" });
    expect(await (await fetch(`${stack.gatewayUrl}/v1/models/${name}`)).json()).toEqual(found);
  });

  it("gets the tool calls of the last model, streamed or not, and goes on with it alone once they are answered", async () => {
    const tools = [WEATHER];
    const completion = await client.chat.completions.create(chat({ ...MOA, tools, tool_choice: "required" }));
    const message = completion.choices[0]?.message;
    const [call] = message?.tool_calls ?? [];
    expect(completion.choices[0]?.finish_reason).toBe("tool_calls");
    expect(call).toMatchObject({ type: "function", function: { name: "weather" } });
    expect(JSON.parse(call?.type === "function" ? call.function.arguments : "")).toEqual({ city: expect.any(String) as string });

    const { run, chunks } = await readStream({ ...MOA, model: "composite/moa/openai/gpt-4o-mock-tool-call-2", tools });
    const streamed = assemble(chunks);
    const committed = (await records.committed(run))?.choices[0]?.message.tool_calls;
    expect(streamed).toMatchObject({ role: "assistant", finishReasons: ["tool_calls"], calls: [{ name: "weather" }, { name: "weather" }] });
    expect(streamed.calls.map(({ id, ...called }) => ({ id, type: "function", function: called }))).toEqual(committed);
    const pieces = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
    for (const index of [0, 1]) {
      const [opening, ...rest] = pieces.filter((piece) => piece.index === index);
      expect(opening).toMatchObject({ id: committed?.[index]?.id, type: "function", function: { name: "weather" } });
      for (const piece of rest) expect([piece.id, piece.type, piece.function?.name]).toEqual([undefined, undefined, undefined]);
    }

    const answered = [...MESSAGES, message, { role: "tool", tool_call_id: call?.id, content: "21 degrees" }];
    const { data: next, response } = await client.chat.completions.create(chat({ ...MOA, tools, messages: answered })).withResponse();
    expect(next.choices[0]?.finish_reason).toBe("stop");
    expect(textOf(next)).toMatch(/^\[simulated gpt-4o\] \w+/);
    expect(compositeOf(next).degraded).toEqual([{ code: "tools_final_only", stage: null, slot: null }]);
    expect(response.headers.get("x-composite-degraded")).toBe("tools_final_only");
    expect(requestsByStep(await callsOf(runOf(next)))).toEqual({ final: 1 });
  });

  it("shapes the answer of the last model only: tools, formats, choices and caps reach no member", async () => {
    const formatted = await client.chat.completions.create(chat({ ...COUNCIL, response_format: SKY_FORMAT }));
    expect(JSON.parse(textOf(formatted))).toEqual({ colour: expect.any(String) as string, wavelength: expect.any(Number) as number });

    const helper = client.chat.completions.stream({ ...chat({ ...MOA, n: 2 }), stream: true });
    const streamed = await helper.finalChatCompletion();
    const committed = (await records.committed(runOf(streamed)))?.choices.map(({ message }) => message.content);
    expect(streamed.choices.map(({ message }) => message.content)).toEqual(committed);
    const twice = await client.chat.completions.create(chat({ ...MOA, n: 2 }));
    for (const { choices } of [streamed, twice]) {
      expect(choices.map(({ index, finish_reason: reason }) => [index, reason])).toEqual([
        [0, "stop"],
        [1, "stop"],
      ]);
      expect(new Set(choices.map(({ message }) => message.content)).size).toBe(2);
    }

    const stopped = await client.chat.completions.create(chat({ ...MOA, stop: [" "] }));
    const [proposals] = compositeOf(stopped).stages;
    expect(textOf(stopped)).toBe("[simulated");
    expect(proposals?.calls.filter(({ usage }) => usage.completion_tokens < 10)).toEqual([]);

    const limits = { tools: [WEATHER], tool_choice: "auto", max_tokens: 5000, response_format: { type: "text" } };
    const panel = { model: "composite/moa/openai/last-mock-echo", proposers: ["openai/mock-echo", "openai/gpt-4o-mini"] };
    const last = echoed(textOf(await client.chat.completions.create(chat({ ...panel, ...limits, temperature: 0.3 }))));
    expect(last).toMatchObject({ ...limits, temperature: 0.3 });
    expect(last.messages.slice(0, MESSAGES.length)).toEqual(MESSAGES);
    const member = echoed(/^\{"headers":.*\}$/m.exec(last.messages.at(-1)?.content ?? "")?.[0] ?? "");
    expect(member).toMatchObject({ model: "mock-echo", temperature: 0.3, max_tokens: 8192 });
    expect(Object.keys(member).filter((name) => name in limits)).toEqual(["max_tokens"]);
    expect(member.messages.slice(0, MESSAGES.length)).toEqual(MESSAGES);
    expect(member.messages.at(-1)?.content).toContain("The weather of a city");
  });

  it("throws the error class of each failure, with status, code and param, and tells one in the middle of a stream", async () => {
    const retryAfter = (seconds: number) => `mock-error-429-retry-after-${seconds}`;
    const limited = [`openai/${retryAfter(45)}`, `anthropic/${retryAfter(30)}`, `openai/${retryAfter(60)}`];
    // Where it has the time, a run waits for its provider.
    const inHaste = { total_deadline_ms: 20_000 };
    const asJson = { response_format: SKY_FORMAT };
    const failures: [fields: ChatFields, kind: new (...args: never[]) => Error, told: object, headers?: object][] = [
      [{ model: MOA.model, temperature: "hot" }, OpenAI.BadRequestError, { status: 400, code: "invalid_request", param: "temperature" }],
      [
        { ...MOA, messages: [{ role: "user", content: "x".repeat(11 * 2 ** 20) }] },
        OpenAI.APIError,
        { status: 413, code: "request_too_large" },
      ],
      [{ model: "composite/moa/nowhere/gpt-5" }, OpenAI.NotFoundError, { status: 404, code: "model_not_found", param: "model" }],
      [{ model: "openai/no-such-model" }, OpenAI.NotFoundError, { status: 404, code: "model_not_found", type: "invalid_request_error" }],
      [
        { model: "openai/mock-context-length" },
        OpenAI.BadRequestError,
        { status: 400, code: "context_length_exceeded", param: "messages" },
      ],
      [
        { ...MOA, aggregator: "openai/mock-context-length" },
        OpenAI.BadRequestError,
        { status: 400, code: "context_length_exceeded", param: "messages" },
      ],
      // Nobody can stand in for a last call that was asked for JSON; without that, the best answer of the panel does.
      [{ model: "openai/mock-stream-rst-4" }, OpenAI.InternalServerError, { status: 502, code: "upstream_error" }],
      [
        { ...MOA, ...asJson, ...inHaste, aggregator: `openai/${retryAfter(30)}` },
        OpenAI.RateLimitError,
        { status: 429, code: "provider_rate_limited" },
        { "retry-after": "30" },
      ],
      [
        { ...MOA, proposers: [BAD, REFUSING] },
        OpenAI.InternalServerError,
        { status: 502, code: "all_members_failed" },
        { "x-should-retry": "false" },
      ],
      [
        { ...MOA, ...inHaste, proposers: limited },
        OpenAI.RateLimitError,
        { status: 429, code: "provider_rate_limited" },
        { "retry-after": "30" },
      ],
      [
        { ...MOA, ...asJson, aggregator: "openai/mock-latency-60000", total_deadline_ms: 500 },
        OpenAI.InternalServerError,
        { status: 504, code: "deadline_exceeded" },
        { "x-should-retry": "false" },
      ],
    ];
    for (const [fields, kind, told, headers = {}] of failures) {
      const error: unknown = await client.chat.completions.create(chat(fields)).catch((reason: unknown) => reason);
      const title = JSON.stringify(fields).slice(0, 200);
      expect(error, title).toBeInstanceOf(kind);
      expect(error, title).toMatchObject({ param: null, ...told });
      if (error instanceof OpenAI.APIError) expect(Object.fromEntries(error.headers ?? []), title).toMatchObject(headers);
    }
    const nobody = client.chat.completions.create(chat({ ...MOA, proposers: [BAD, REFUSING] }));
    await expect(nobody).rejects.toMatchObject({
      error: {
        composite: {
          failed: [
            { step: "propose.0.0", class: "bad_request" },
            { step: "propose.0.1", class: "refusal" },
          ],
        },
      },
    });
    const embeddings = client.embeddings.create({ model: MOA.model, input: "x" });
    await expect(embeddings).rejects.toMatchObject({ status: 404, code: "unknown_endpoint", param: null });

    const streams: [fields: ChatFields, code: string, text: RegExp][] = [
      [{ ...MOA, proposers: [BAD, REFUSING] }, "all_members_failed", /^$/],
      [{ ...MOA, aggregator: "openai/gpt-4o-mock-chunk-1-stream-cut-9" }, "upstream_error", /^\[simulat/],
    ];
    for (const [fields, code, text] of streams) {
      const { chunks, isDone } = await readStream(fields);
      expect(chunks.at(-1)).toMatchObject({ choices: [], error: { code, message: expect.any(String) as string, param: null } });
      expect([isDone, chunks.filter(({ error }) => error !== undefined).length]).toEqual([false, 1]);
      expect(assemble(chunks).content).toMatch(text);
      const helper = client.chat.completions.stream({ ...chat(fields), stream: true });
      await expect(helper.finalChatCompletion()).rejects.toMatchObject({ code });
    }
    const patient = await readStream({ ...MOA, aggregator: "openai/gpt-4o-mock-fail-first-1-stream-cut-9", restart: "buffer" });
    expect(patient.isDone).toBe(true);
    expect(assemble(patient.chunks).content).toBe((await records.committed(patient.run))?.choices[0]?.message.content);
    expect(requestsByStep(await callsOf(patient.run))).toMatchObject({ final: 2 });
  });

  it("gets what the last model completes as its vendor gave it, in a stream too: refused, filtered, empty or cut", async () => {
    const answers: [fields: ChatFields, reason: string, message: object][] = [
      [{ model: "openai/mock-refusal" }, "stop", { content: "", refusal: expect.stringMatching(/./) as string }],
      [{ ...MOA, aggregator: REFUSING }, "stop", { content: "", refusal: expect.stringMatching(/./) as string }],
      [
        { model: "openai/gpt-4o-mock-content-filter" },
        "content_filter",
        { content: expect.stringMatching(/^\[sim/) as string, refusal: "" },
      ],
      [{ model: "openai/mock-empty" }, "stop", { content: "", refusal: "" }],
      [{ model: "openai/gpt-4o-mock-reasoning-50", max_tokens: 10 }, "length", { content: "", refusal: "" }],
    ];
    for (const [fields, reason, said] of answers) {
      const title = JSON.stringify(fields);
      const completion = await client.chat.completions.create(chat(fields));
      const [choice] = completion.choices;
      expect(choice?.finish_reason, title).toBe(reason);
      expect({ content: choice?.message.content ?? "", refusal: choice?.message.refusal ?? "" }, title).toEqual(said);
      expect(requestsByStep(await callsOf(runOf(completion))), title).toMatchObject({ final: 1 });

      const { chunks, isDone, run } = await readStream(fields);
      const { content, refusal } = assemble(chunks);
      const committed = (await records.committed(run))?.choices[0]?.message;
      expect(isDone, title).toBe(true);
      expect({ content, refusal }, title).toEqual({ content: committed?.content ?? "", refusal: committed?.refusal ?? "" });
      expect({ content, refusal }, title).toEqual(said);
    }
  });

  it("gets an answer although members fail, and hears which and why", async () => {
    const panel = { model: "composite/moa/openai/last-mock-echo", proposers: [BAD, ...GOOD, REFUSING] };
    const completion = await client.chat.completions.create(chat(panel));
    const material = echoed(textOf(completion)).messages.at(-1)?.content ?? "";
    for (const [index, name] of GOOD.entries()) expect(material).toContain(await askProvider(name, `propose.0.${index + 1}`));
    expect(material).not.toMatch(/status 400|mock-error|refus/i);
    const composite = compositeOf(completion);
    expect(composite.degraded).toEqual([0, 3].map((slot) => ({ code: "member_failed", stage: "propose", slot })));
    expect(composite.failed).toEqual([
      { step: "propose.0.0", class: "bad_request" },
      { step: "propose.0.3", class: "refusal" },
    ]);
    expect(completion.usage).toMatchObject(reportedUsage(await callsOf(runOf(completion))));

    const retried = await client.chat.completions.create(chat({ ...MOA, proposers: [...GOOD, "openai/mock-fail-first-1-503"] }));
    const [stage] = compositeOf(retried).stages;
    expect(stage?.calls.map(({ status, tries }) => [status, tries])).toEqual([
      ["succeeded", 1],
      ["succeeded", 1],
      ["succeeded", 2],
    ]);
    expect(compositeOf(retried).degraded).toEqual([]);
    expect(requestsByStep(await callsOf(runOf(retried)))).toMatchObject({ "propose.0.2": 2, final: 1 });

    const survivor = { ...COUNCIL, council_models: [BAD, REFUSING, "openai/gpt-4o-mini"] };
    const whole = await client.chat.completions.create(chat(survivor));
    const streamed = await readStream(survivor);
    const answer = await askProvider("gpt-4o-mini", "answer.0.2");
    expect([textOf(whole), assemble(streamed.chunks).content]).toEqual([answer, answer]);
    for (const run of [runOf(whole), streamed.run]) {
      const codes = (await records.committed(run))?.composite.degraded.map(({ code }) => code);
      expect(codes).toEqual(["member_failed", "member_failed", "reviews_skipped", "single_survivor"]);
      expect(requestsByStep(await callsOf(run))).toEqual({ "answer.0.0": 1, "answer.0.1": 1, "answer.0.2": 1 });
    }
  });
});
