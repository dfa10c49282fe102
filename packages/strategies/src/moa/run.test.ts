import { describe, expect, it } from "vitest";
import { type FakeCall, type FakeRunInput, runWithFakes, StageFailedError } from "../testing/run-with-fakes.ts";
import { moa } from "./strategy.ts";

const options = { proposers: ["a/one", "b/two", "c/three"], aggregator: "d/chief" };
const fails = { fails: "unavailable" } as const;

function run(answer: FakeRunInput["answer"], more: Partial<FakeRunInput> = {}) {
  return runWithFakes(moa, { options, answer, ...more });
}

const textOf = ({ messages }: FakeCall | undefined = { messages: [] } as unknown as FakeCall) => String(messages.at(-1)?.["content"]);

describe("moa", () => {
  it("gives every proposer the client's own messages and the aggregator all proposals, numbered and without names", async () => {
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Capital of France?" },
    ];
    const { calls, result } = await run(({ step }) => `answer of ${step}`, { messages });
    expect(calls.map(({ step }) => step)).toEqual(["propose.0.0", "propose.0.1", "propose.0.2", "final"]);
    for (const call of calls.slice(0, 3)) expect(call.messages).toBe(messages);
    const prompt = textOf(calls[3]);
    for (const slot of [0, 1, 2]) expect(prompt).toContain(`label="${slot + 1}">\nanswer of propose.0.${slot}\n`);
    expect(prompt).not.toMatch(/\b(?:one|two|three|chief)\b(?= model)|a\/one|b\/two|c\/three/);
    expect(result).toEqual({ answer: expect.objectContaining({ step: "final", text: "answer of final" }) });
  });

  it("shows the proposers of a later layer the answers of the layer before, in one prompt for all", async () => {
    const { calls } = await run(({ step }) => `answer of ${step}`, { options: { ...options, layers: 2 } });
    const second = calls.filter(({ layer, stage }) => stage === "propose" && layer === 1);
    expect(second).toHaveLength(3);
    expect(new Set(second.map(({ messages }) => messages)).size).toBe(1);
    expect(textOf(second[0])).toContain("answer of propose.0.2");
    expect(textOf(calls.at(-1))).toContain("answer of propose.1.0");
    expect(textOf(calls.at(-1))).not.toContain("answer of propose.0.0");
  });

  it("synthesizes two survivors and lets no word of the failed one into a prompt", async () => {
    const { calls, result } = await run(({ slot, stage }) => (stage === "propose" && slot.slot === 1 ? fails : `text ${slot.slot}`));
    expect(textOf(calls.at(-1))).toContain("2 answers");
    expect(textOf(calls.at(-1))).not.toContain("unavailable");
    expect(result.degraded).toBeUndefined();
  });

  it("returns a single survivor word for word, marked, without the aggregator", async () => {
    const { calls, result } = await run(({ slot }) => (slot.slot === 1 ? " its *own* words\n" : fails));
    expect(calls).toHaveLength(3);
    expect(result.answer).toMatchObject({ step: "propose.0.1", text: " its *own* words\n" });
    expect(result.degraded).toEqual([{ code: "single_survivor", stage: "propose", slot: 1 }]);
  });

  it("ends with the engine's error when nobody answered", async () => {
    await expect(run(() => fails)).rejects.toThrow(StageFailedError);
  });

  it("lets the aggregator work on the one answer of a panel of one, which lost nobody", async () => {
    const { calls, result } = await run(() => "text", { options: { proposers: ["a/one"] } });
    expect(calls.map(({ step }) => step)).toEqual(["propose.0.0", "final"]);
    expect(result.degraded).toBeUndefined();
  });

  it("keeps the earlier answer of a proposer that fails in a later layer", async () => {
    const { calls } = await run(({ step }) => (step === "propose.1.1" ? fails : `answer of ${step}`), {
      options: { ...options, layers: 2 },
    });
    const prompt = textOf(calls.at(-1));
    for (const step of ["propose.1.0", "propose.0.1", "propose.1.2"]) expect(prompt).toContain(`answer of ${step}`);
  });

  it("falls back to the earlier layer when all of a later one fails", async () => {
    const { calls, result } = await run(({ step, layer }) => (layer === 1 ? fails : `answer of ${step}`), {
      options: { ...options, layers: 2 },
    });
    expect(textOf(calls.at(-1))).toContain("answer of propose.0.2");
    expect(result.answer.step).toBe("final");
  });

  it("gives failed proposers another chance in the next layer", async () => {
    const { calls, result } = await run(
      ({ step, layer, slot }) => (layer === 0 && slot.slot > 0 && step !== "final" ? fails : `answer of ${step}`),
      {
        options: { ...options, layers: 2 },
      },
    );
    expect(textOf(calls.at(-1))).toContain("3 answers");
    expect(result.degraded).toBeUndefined();
  });

  it("tells proposers of the client's tools as text, in one prompt for all", async () => {
    const { calls } = await run(() => "text", { toolNotes: "search: finds pages" });
    expect(new Set(calls.slice(0, 3).map(({ messages }) => messages)).size).toBe(1);
    expect(textOf(calls[0])).toContain("search: finds pages");
    expect(textOf(calls[0])).toContain("you cannot call them");
    expect(textOf(calls.at(-1))).toContain("You have the conversation's tools");
    expect(JSON.stringify(calls.map(({ params }) => params))).not.toContain("tools");
  });
});
