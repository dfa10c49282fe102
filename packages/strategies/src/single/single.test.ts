import { describe, expect, it } from "vitest";
import { runWithFakes, StageFailedError } from "../testing/run-with-fakes.ts";
import { single } from "./strategy.ts";

describe("single", () => {
  it("makes one call with the client's own messages", async () => {
    const messages = [{ role: "user", content: "Hello" }];
    const { calls, result } = await runWithFakes(single, { messages, toolNotes: "search: finds pages", answer: () => "Hi" });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.messages).toBe(messages);
    expect(calls[0]?.step).toBe("final");
    expect(result.answer.text).toBe("Hi");
  });

  it("ends as its call ends", async () => {
    await expect(runWithFakes(single, { answer: () => ({ fails: "auth" }) })).rejects.toThrow(StageFailedError);
  });

  it("has no options", () => {
    expect(single.options.safeParse({ layers: 2 }).success).toBe(false);
  });
});
