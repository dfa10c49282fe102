import type { AppendReply } from "@composite-llm/queue";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BatchData } from "./token-batch.ts";
import { createTokenSender } from "./token-sender.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const sent: BatchData[] = [];
  let answer: (reply: AppendReply) => void = () => undefined;
  const onRefused = vi.fn<() => void>();
  const sender = createTokenSender({
    send: (batch) => {
      sent.push(batch);
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
    startTimer: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    onRefused,
  });
  const taken = async (reply: AppendReply = "added"): Promise<void> => {
    answer(reply);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { sender, sent, taken, onRefused };
}

describe("a token sender", () => {
  it("sends the first token at once and the next ones together after 40 ms", async () => {
    const { sender, sent, taken } = setUp();
    sender.push({ choice: 0, text: "first" });
    expect(sent).toEqual([{ text: "first" }]);
    await taken();
    sender.push({ choice: 0, text: "se" });
    sender.push({ choice: 0, text: "cond" });
    await vi.advanceTimersByTimeAsync(39);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent[1]).toEqual({ text: "second" });
  });

  it("sends before the time is over when a kilobyte waits", async () => {
    const { sender, sent, taken } = setUp();
    sender.push({ choice: 0, text: "x" });
    await taken();
    sender.push({ choice: 0, text: "y".repeat(1024) });
    expect(sent).toHaveLength(2);
  });

  it("has one batch on its way at a time", async () => {
    const { sender, sent, taken } = setUp();
    sender.push({ choice: 0, text: "a" });
    sender.push({ choice: 0, text: "b".repeat(2000) });
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toHaveLength(1);
    await taken();
    expect(sent).toHaveLength(2);
  });

  it("gives what was not sent when it ends, after what is on its way", async () => {
    const { sender, sent, taken } = setUp();
    sender.push({ choice: 0, text: "a" });
    sender.push({ choice: 0, text: "rest" });
    const closing = sender.close();
    await taken();
    expect(await closing).toEqual([{ text: "rest" }]);
    expect(sent).toEqual([{ text: "a" }]);
  });

  it("stops at the first refusal", async () => {
    const { sender, sent, taken, onRefused } = setUp();
    sender.push({ choice: 0, text: "a" });
    await taken("refused");
    sender.push({ choice: 0, text: "b" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(onRefused).toHaveBeenCalledTimes(1);
    expect(sent).toHaveLength(1);
  });

  it("stops without ending the call when only its words are not wanted any more", async () => {
    const { sender, sent, taken, onRefused } = setUp();
    sender.push({ choice: 0, text: "a" });
    await taken("unread");
    sender.push({ choice: 0, text: "b" });
    await vi.advanceTimersByTimeAsync(1000);
    expect(onRefused).not.toHaveBeenCalled();
    expect(sent).toHaveLength(1);
  });
});
