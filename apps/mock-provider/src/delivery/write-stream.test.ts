import { describe, expect, it } from "vitest";
import { type Behaviour, PLAIN_BEHAVIOUR } from "../behaviour/behaviour.ts";
import { OPENAI_WIRE } from "../wires/openai/openai-wire.ts";
import type { Action } from "./action.ts";
import { writeStream } from "./write-stream.ts";

const content = ["a", "b", "c", "d"].map((text) => ({ text, tokens: 1 }));

/** The first actions of a stream, texts joined. */
function play(behaviour: Partial<Behaviour>, most = 40): (Action | string)[] {
  const frames = { opening: "<", content: [{ text: "+", tokens: 0 }, ...content], closing: ">", end: "!" };
  const played: (Action | string)[] = [];
  for (const action of writeStream(frames, OPENAI_WIRE, { ...PLAIN_BEHAVIOUR, ...behaviour })) {
    const last = played.at(-1);
    if (action.kind === "send" && typeof last === "string") played[played.length - 1] = last + action.text;
    else played.push(action.kind === "send" ? action.text : action);
    if (played.length >= most) break;
  }
  return played;
}

const END: Action = { kind: "end" };
const SPOIL: Action = { kind: "spoil" };

describe("writeStream", () => {
  it("sends opening, content, closing and the end mark", () => {
    expect(play({})).toEqual(["<+abcd>!", END]);
  });

  it("paces tokens from the first one on", () => {
    expect(play({ ttftMs: 100, tokensPerSecond: 10 })).toEqual([
      "<+",
      { kind: "until", ms: 100 },
      "a",
      { kind: "until", ms: 200 },
      "b",
      { kind: "until", ms: 300 },
      "c",
      { kind: "until", ms: 400 },
      "d>!",
      END,
    ]);
  });

  it.each<[Behaviour["breakage"] & object, (Action | string)[]]>([
    [{ kind: "cut", after: 2 }, ["<+ab", SPOIL, END]],
    [{ kind: "cut", after: 9 }, ["<+abcd", SPOIL, END]],
    [{ kind: "reset", after: 0 }, ["<+", { kind: "reset" }]],
    [{ kind: "half-close", after: 1 }, ["<+a", { kind: "half-close" }]],
    [{ kind: "hang", after: 3 }, ["<+abc", { kind: "silence" }]],
    [{ kind: "no-end", after: 0 }, ["<+abcd>", SPOIL, END]],
    [{ kind: "error", after: 1 }, ["<+a", SPOIL, OPENAI_WIRE.errorFrame, END]],
    [{ kind: "garbage", after: 1 }, ["<+a", SPOIL, `${OPENAI_WIRE.garbageFrame}bcd>!`, END]],
    [{ kind: "garbage", after: 4 }, ["<+abcd", SPOIL, `${OPENAI_WIRE.garbageFrame}>!`, END]],
  ])("breaks as told by %j", (breakage, expected) => {
    expect(play({ breakage })).toEqual(expected);
  });

  it("pings for ever", () => {
    const wait = { kind: "wait", ms: 50 };
    expect(play({ breakage: { kind: "pings", after: 1 } }, 4)).toEqual(["<+a: ping\n\n", wait, ": ping\n\n", wait]);
  });

  it("puts a comment before every frame", () => {
    expect(play({ hasComments: true })[0]).toMatch(/^<: keep-alive\n\n\+: keep-alive\n\na/);
  });
});
