import { describe, expect, it } from "vitest";
import { type Behaviour, PLAIN_BEHAVIOUR } from "../behaviour/behaviour.ts";
import { createChance } from "../chance.ts";
import type { Ask } from "../wires/ask.ts";
import { composeAnswer } from "./compose-answer.ts";

const ASK: Ask = {
  stream: false,
  conversation: "",
  inputTokens: 10,
  trailingText: "Hello",
  endsWithToolResult: false,
  choices: 1,
  maxTokens: null,
  stop: [],
  tools: [],
  toolMode: { kind: "auto" },
  parallelTools: true,
  format: { kind: "text" },
  logprobs: null,
  streamUsage: false,
};
const TOOLS = [
  { name: "weather", schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
  { name: "time", schema: { type: "object", properties: {} } },
];

function compose(ask: Partial<Ask> = {}, behaviour: Partial<Behaviour> = {}, facts = ["1"], run: string | null = null) {
  const context = {
    base: "gpt-5",
    chance: createChance(facts),
    run,
    toolIdPrefix: "call_",
    writesRefusals: true,
    echo: () => `{"echo":true}`,
  };
  const answer = composeAnswer({ ...ASK, ...ask }, { ...PLAIN_BEHAVIOUR, ...behaviour }, context);
  const [first] = answer.choices;
  if (first === undefined) throw new Error("no choice");
  return {
    ...answer,
    first,
    text: first.pieces.join(""),
    calls: first.toolCalls.map((call) => ({ name: call.name, input: call.pieces.join("") })),
  };
}

describe("composeAnswer", () => {
  it("is the same for the same facts and another for others", () => {
    expect(compose().text).toBe(compose().text);
    expect(compose({}, {}, ["2"]).text).not.toBe(compose().text);
  });

  it("gives every choice its own text", () => {
    const { choices } = compose({ choices: 5 });
    expect(new Set(choices.map((choice) => choice.pieces.join(""))).size).toBe(5);
  });

  it("cuts at the token limit, reasoning first", () => {
    expect(compose({ maxTokens: 5 }).first).toMatchObject({ finish: "length" });
    expect(compose({ maxTokens: 5 }).first.pieces).toHaveLength(5);
    const { first } = compose({ maxTokens: 5 }, { reasoningTokens: 4 });
    expect([first.reasoning.length, first.pieces.length]).toEqual([4, 1]);
    expect(compose({ maxTokens: 100_000 }).first.finish).toBe("stop");
    expect(compose({ maxTokens: 0 }).text).toBe("");
  });

  it("stops before the first stop text", () => {
    const { text } = compose();
    const stopped = compose({ stop: ["no such text", text.slice(20, 25), text.slice(18, 22)] });
    expect(stopped.text).toBe(text.slice(0, 18));
    expect(stopped.first).toMatchObject({ finish: "stop-sequence", stopText: text.slice(18, 22) });
  });

  it("calls a tool only when it is forced or told to", () => {
    expect(compose({ tools: TOOLS }).calls).toEqual([]);
    expect(compose({ tools: TOOLS, toolMode: { kind: "any" } }).calls).toEqual([
      { name: "weather", input: `{"city":"[simulated gpt-5]"}` },
    ]);
    expect(compose({ tools: TOOLS, toolMode: { kind: "named", name: "time" } }).calls).toEqual([{ name: "time", input: "{}" }]);
    expect(compose({ tools: TOOLS }, { toolCalls: 3 }).calls.map(({ name }) => name)).toEqual(["weather", "time", "weather"]);
    expect(compose({ tools: TOOLS, parallelTools: false }, { toolCalls: 3 }).calls).toHaveLength(1);
    expect(compose({ tools: TOOLS, toolMode: { kind: "none" } }, { toolCalls: 1 }).calls).toEqual([]);
    expect(compose({ tools: TOOLS, endsWithToolResult: true }, { toolCalls: 1 }).calls).toEqual([]);
    expect(compose({}, { toolCalls: 1 }).calls).toEqual([]);
  });

  it("gives tool calls ids that differ between runs and between calls, and stay on a repeat", () => {
    const ids = (run: string): string[] => compose({ tools: TOOLS }, { toolCalls: 2 }, ["1"], run).first.toolCalls.map(({ id }) => id);
    expect(ids("r1")).toEqual(ids("r1"));
    expect(new Set([...ids("r1"), ...ids("r2")]).size).toBe(4);
    expect(ids("r1")[0]).toMatch(/^call_\w{24}$/);
  });

  it("answers with arguments that are no JSON when told to", () => {
    const [call] = compose({ tools: TOOLS }, { toolCalls: 1, hasBrokenArguments: true }).calls;
    expect(() => JSON.parse(call?.input ?? "")).toThrow(SyntaxError);
  });

  it("answers JSON that was asked for, fenced or broken when told to", () => {
    const schema = { type: "object", properties: { answer: { type: "string" } } };
    const json = compose({ format: { kind: "schema", schema } }).text;
    expect(JSON.parse(json)).toEqual({ answer: expect.stringMatching(/^\[simulated gpt-5\]/) });
    expect(JSON.parse(compose({ format: { kind: "json" } }).text)).toMatchObject({ simulated: true });
    expect(compose({ format: { kind: "schema", schema } }, { json: "fenced" }).text).toBe(`\`\`\`json\n${json}\n\`\`\``);
    expect(() => JSON.parse(compose({ format: { kind: "schema", schema } }, { json: "invalid" }).text)).toThrow(SyntaxError);
  });

  it("votes when it is asked to rank responses", () => {
    const schema = { type: "object", properties: { ranking: { type: "array", items: { type: "string" } } } };
    const ask = { trailingText: "Rank Response A and Response B.", format: { kind: "schema", schema } } as const;
    expect(JSON.parse(compose(ask).text).ranking.toSorted()).toEqual(["Response A", "Response B"]);
    expect(compose(ask, { isBallotText: true }).text).toMatch(
      /^\[simulated gpt-5\].*\n\nFINAL RANKING:\n1\. Response [AB]\n2\. Response [AB]$/s,
    );
    expect(compose({ trailingText: "Rank Response A and Response B under FINAL RANKING:" }).text).toContain("FINAL RANKING:\n1. ");
    expect(compose({ trailingText: "Compare Response A and Response B." }).text).not.toContain("RANKING");
  });

  it("ends as it is told to", () => {
    const whole = compose().first.pieces.length;
    expect(compose({}, { ending: "truncated" }).first).toMatchObject({ finish: "length", pieces: { length: Math.ceil(whole / 2) } });
    expect(compose({}, { ending: "content-filter" }).first).toMatchObject({
      finish: "content-filter",
      pieces: { length: Math.ceil(whole / 2) },
    });
    expect(compose({}, { ending: "empty" }).first).toMatchObject({ finish: "stop", pieces: [] });
    expect(compose({}, { ending: "refusal" }).first).toMatchObject({ finish: "refusal" });
  });

  it("reports usage that is true unless it is told otherwise", () => {
    const output = compose().first.pieces.length;
    const tokens = (behaviour: Partial<Behaviour>) => compose({}, behaviour).usage;
    expect(tokens({})).toEqual({ kind: "tokens", tokens: { input: 10, output, cached: 0, reasoning: 0 } });
    expect(tokens({ usage: "x10", cachedTokens: 4 })).toMatchObject({ tokens: { input: 100, output: 10 * output, cached: 40 } });
    expect(tokens({ usage: "zero" })).toMatchObject({ tokens: { input: 0, output: 0 } });
    expect(tokens({ reasoningTokens: 7 })).toMatchObject({ tokens: { output: output + 7, reasoning: 7 } });
    expect(tokens({ usage: "null" })).toEqual({ kind: "null" });
    expect(tokens({ cachedTokens: 999 })).toMatchObject({ tokens: { cached: 10 } });
  });

  it("echoes the request", () => {
    expect(compose({}, { echoes: true }).text).toBe(`{"echo":true}`);
  });
});
