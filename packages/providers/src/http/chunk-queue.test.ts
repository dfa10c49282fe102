import { describe, expect, it } from "vitest";
import { ChunkQueue } from "./chunk-queue.ts";

function createSource() {
  const calls: string[] = [];
  return {
    calls,
    queue: new ChunkQueue({ pause: () => calls.push("pause"), resume: () => calls.push("resume"), cancel: () => calls.push("cancel") }),
  };
}

describe("the queue between socket and reader", () => {
  it("gives chunks in order, before and after somebody waits, and then the end", async () => {
    const { queue } = createSource();
    queue.push(Buffer.from("a"));
    const read: string[] = [];
    const reading = (async () => {
      for await (const chunk of queue) read.push(String(chunk));
    })();
    await Promise.resolve();
    queue.push(Buffer.from("b"));
    queue.end();
    await reading;
    expect(read).toEqual(["a", "b"]);
  });

  it("fails after what arrived before", async () => {
    const { queue } = createSource();
    queue.push(Buffer.from("a"));
    queue.fail(new Error("reset"));
    expect((await queue.next()).value).toEqual(Buffer.from("a"));
    await expect(queue.next()).rejects.toThrow("reset");
  });

  it("holds the sender back while too much waits unread", async () => {
    const { queue, calls } = createSource();
    for (let part = 0; part < 5; part += 1) queue.push(Buffer.alloc(100_000));
    expect(calls).toEqual(["pause"]);
    for (let part = 0; part < 4; part += 1) await queue.next();
    expect(calls).toEqual(["pause", "resume"]);
  });

  it("tells the sender once that nobody reads any further", async () => {
    const { queue, calls } = createSource();
    queue.push(Buffer.from("a"));
    await queue.next();
    await queue.return();
    await queue.return();
    expect(calls).toEqual(["cancel"]);
    const ended = createSource();
    ended.queue.end();
    await ended.queue.return();
    expect(ended.calls).toEqual([]);
  });
});
