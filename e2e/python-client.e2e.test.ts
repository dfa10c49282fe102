import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { ChatCompletion } from "@composite-llm/contracts";
import { assemble } from "@composite-llm/gateway/testing";
import { type Stack, startStack } from "@composite-llm/scripts/stack";
import type { ChatCompletionChunk } from "@composite-llm/openai-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runOf } from "./harness/open-client.ts";
import { MESSAGES, MOA, PANELS, SKY_FORMAT, WEATHER } from "./harness/panels.ts";
import { providerCalls, reportedUsage, requestsByStep } from "./harness/provider-calls.ts";
import { openRunRecords, type RunRecords } from "./harness/run-records.ts";
import { installClient } from "./python/install-client.ts";

const SCRIPT = fileURLToPath(new URL("python/use_client.py", import.meta.url));
const FAILING = ["openai/mock-error-400", "anthropic/mock-refusal"];
const LIMITED = ["openai/mock-error-429-retry-after-45", "anthropic/mock-error-429-retry-after-30"];

interface Created {
  headers: Record<string, string>;
  completion: ChatCompletion;
}

interface Item<Result> {
  action: "create" | "insist" | "iterate" | "collect" | "fail" | "break_off";
  request: object;
  check(result: Result): Promise<void> | void;
}

let stack: Stack;
let records: RunRecords;

beforeAll(async () => {
  stack = await startStack();
  records = openRunRecords(stack);
});

afterAll(async () => {
  records.close();
  await stack.stop();
});

/** Has the script do all of the task in one process: a start of Python costs more than any request. */
async function runScript(python: string, items: readonly Pick<Item<never>, "action" | "request">[]) {
  const child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "pipe"] });
  const model = "composite/council/anthropic/some-model-of-tomorrow";
  const task = { base_url: `${stack.gatewayUrl}/v1`, messages: MESSAGES, model, items };
  child.stdin.end(JSON.stringify(task));
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  expect({ code: code as number, errors }).toEqual({ code: 0, errors: "" });
  return JSON.parse(output) as { models: string[]; model: { id: string }; results: never[] };
}

describe("the official Python client", () => {
  it("gets answers, streams, tool calls and errors as it knows them", async ({ skip }) => {
    const installed = await installClient();
    // The usual reporter keeps the reason of a skipped test to itself.
    if ("missing" in installed) console.warn(`The Python client is not tested: ${installed.missing}.`);
    const python = "python" in installed ? installed.python : skip(installed.missing);

    const committedText = async (run: string) => (await records.committed(run))?.choices[0]?.message.content;
    const items: Item<never>[] = [];
    const add = <Result>(action: Item<Result>["action"], request: object, check: Item<Result>["check"]): void => {
      items.push({ action, request, check });
    };

    for (const { request, steps, speaker } of PANELS) {
      add<Created>("create", request, async ({ headers, completion }) => {
        const calls = await providerCalls(stack.mockUrl, runOf(completion));
        expect(requestsByStep(calls)).toEqual(steps);
        expect(completion.choices[0]?.message.content).toMatch(new RegExp(`^\\[simulated ${speaker}\\] \\w+`));
        expect(completion.usage).toMatchObject(reportedUsage(calls));
        expect(completion.composite).toMatchObject({ calls: calls.length, simulated: true, degraded: [] });
        expect(headers).toMatchObject({ "x-composite-run-id": runOf(completion), "x-composite-calls": String(calls.length) });
      });
      add<ChatCompletionChunk[]>("iterate", request, async (chunks) => {
        const run = runOf(chunks[0] ?? { id: "" });
        expect(assemble(chunks)).toMatchObject({ role: "assistant", content: await committedText(run), finishReasons: ["stop"] });
        expect(chunks.at(-1)).toMatchObject({ choices: [], usage: reportedUsage(await providerCalls(stack.mockUrl, run)) });
      });
      add<{ pieces: string[]; completion: ChatCompletion }>("collect", request, async ({ pieces, completion }) => {
        expect(pieces.join("")).toBe(await committedText(runOf(completion)));
        expect(completion.choices[0]?.message.content).toBe(pieces.join(""));
      });
    }
    const tools = [WEATHER];
    const called = { finish_reason: "tool_calls", message: { tool_calls: [{ type: "function", function: { name: "weather" } }] } };
    add<Created>("create", { ...MOA, tools, tool_choice: "required" }, ({ completion }) => {
      expect(completion.choices).toMatchObject([called]);
    });
    add<{ completion: ChatCompletion }>(
      "collect",
      { ...MOA, model: "composite/moa/openai/gpt-4o-mock-tool-call", tools },
      ({ completion }) => {
        expect(completion.choices).toMatchObject([called]);
      },
    );
    const call = { id: "call_1", type: "function", function: { name: "weather", arguments: "{}" } };
    const asked = { role: "assistant", content: null, tool_calls: [call] };
    const answered = [...MESSAGES, asked, { role: "tool", tool_call_id: "call_1", content: "21 degrees" }];
    add<Created>("create", { ...MOA, tools, messages: answered }, ({ completion, headers }) => {
      expect(completion.composite).toMatchObject({ calls: 1, degraded: [{ code: "tools_final_only" }] });
      expect(headers["x-composite-degraded"]).toBe("tools_final_only");
    });
    add<Created>("create", { ...MOA, n: 2, response_format: SKY_FORMAT }, ({ completion }) => {
      const instances = completion.choices.map(({ message }) => JSON.parse(message.content ?? "") as object);
      expect(instances.map((instance) => Object.keys(instance))).toEqual([
        ["colour", "wavelength"],
        ["colour", "wavelength"],
      ]);
    });
    const slow = { model: "composite/moa/openai/gpt-4o-mock-latency-4000", proposers: ["openai/gpt-4o-mini-mock-latency-3000"] };
    add<ChatCompletion>("insist", { ...slow, client_timeout: 2.5 }, async (completion) => {
      const paid = (await providerCalls(stack.mockUrl)).filter(
        ({ model }) => model.endsWith("-latency-3000") || model.endsWith("-latency-4000"),
      );
      expect(paid.map(({ run, step }) => [run, step])).toEqual([
        [runOf(completion), "propose.0.0"],
        [runOf(completion), "final"],
      ]);
    });
    const failures: [request: object, told: object][] = [
      [
        { ...MOA, temperature: -1 },
        { kind: "BadRequestError", status: 400, code: "invalid_request", param: "temperature" },
      ],
      [{ model: "composite/magic/openai/gpt-4o" }, { kind: "NotFoundError", status: 404, code: "model_not_found", param: "model" }],
      [
        { ...MOA, proposers: FAILING },
        { kind: "InternalServerError", status: 502, code: "all_members_failed", param: null },
      ],
      [
        // With less time than they want; otherwise the run would wait.
        { ...MOA, total_deadline_ms: 20_000, proposers: LIMITED },
        { kind: "RateLimitError", status: 429, code: "provider_rate_limited", headers: { "retry-after": "30" } },
      ],
    ];
    for (const [request, told] of failures) add<object>("fail", request, (failure) => expect(failure).toMatchObject(told));
    const broken = { ...MOA, aggregator: "openai/gpt-4o-mock-chunk-1-stream-cut-9" };
    add<object>("break_off", broken, (end) => {
      expect(end).toMatchObject({ kind: "APIError", code: "upstream_error", text: expect.stringMatching(/^\[simulat/) as string });
    });

    const report = await runScript(python, items);
    expect(report.models).toContain("composite/moa/openai/gpt-5");
    expect(report.model).toMatchObject({ id: "composite/council/anthropic/some-model-of-tomorrow", object: "model" });
    expect(report.results).toHaveLength(items.length);
    for (const [index, { check }] of items.entries()) await check(report.results[index] as never);
  });
});
