import type { RunEvent } from "@composite-llm/contracts";
import { describe, expect, it, vi } from "vitest";
import type { FollowOptions } from "./run-gate.ts";
import { createFollower, type FollowerPorts, UNREACHABLE_MS } from "./follower.ts";

type Page = Awaited<ReturnType<FollowerPorts["readAfter"]>>;

/** A follower over a stream that the test holds. */
function follow(read: (after: number) => Page, scope: FollowOptions["scope"] = "all") {
  const events: RunEvent[] = [];
  const onLost = vi.fn<(reason: Error) => void>();
  let nowMs = 0;
  const ports = { readAfter: vi.fn(async (after: number) => read(after)), onClosed: vi.fn<() => void>() };
  const follower = createFollower({ scope, onEvent: (event) => events.push(event), onLost }, ports, () => nowMs);
  return {
    follower,
    events,
    onLost,
    ports,
    /** Lets time pass in steps that the hub would look in. */
    pass: async (ms: number) => {
      for (const until = nowMs + ms; nowMs < until;) {
        nowMs += 1000;
        follower.lookAgain(nowMs);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

const event = (number: number, kind = "run", data = '{"status":"running"}') => ({ number, kind, data });

describe("a follower", () => {
  it("reads on from its cursor when Redis is back", async () => {
    let isDown = false;
    const stream = [event(1), event(2)];
    const { follower, events, onLost, pass } = follow((after) => {
      if (isDown) throw new Error("connection refused");
      return stream.filter(({ number }) => number > after);
    });
    follower.offer(1, 0, "run", '{"status":"running"}');
    isDown = true;
    await pass(60_000);
    expect(events.map(({ number }) => number)).toEqual([1]);
    isDown = false;
    stream.push(event(3, "finished", "{}"));
    await pass(2000);
    expect(events.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(onLost).not.toHaveBeenCalled();
  });

  it("counts the time without Redis from the last answer on", async () => {
    let isDown = true;
    const { onLost, pass } = follow(() => {
      if (isDown) throw new Error("connection refused");
      return [];
    });
    await pass(UNREACHABLE_MS);
    isDown = false;
    await pass(1000);
    isDown = true;
    await pass(UNREACHABLE_MS);
    expect(onLost).not.toHaveBeenCalled();
  });

  it("is lost, once, when Redis stays away", async () => {
    const { onLost, pass, ports } = follow(() => {
      throw new Error("connection refused");
    });
    await pass(UNREACHABLE_MS + 5000);
    expect(onLost).toHaveBeenCalledExactlyOnceWith(new Error("connection refused"));
    expect(ports.onClosed).toHaveBeenCalledOnce();
  });

  it("is lost at once when the run is not there any more", async () => {
    const { onLost, pass } = follow(() => null);
    await pass(1000);
    expect(onLost).toHaveBeenCalledOnce();
  });

  it("of the answer only needs nothing of the run's progress", async () => {
    const { follower, events, ports } = follow(() => [], "answer");
    follower.offer(4, 0, "delta", '{"text":"a"}');
    follower.offer(9, 4, "delta", '{"text":"b"}');
    follower.offer(12, 9, "finished", "{}");
    expect(events.map(({ number }) => number)).toEqual([4, 9, 12]);
    expect(ports.readAfter).not.toHaveBeenCalled();
  });

  it("of the answer only reads what it missed of it, and tells nothing else", async () => {
    const stream = [event(4, "delta", "{}"), event(5), event(6, "delta", "{}"), event(7), event(8, "finished", "{}")];
    const { follower, events, pass } = follow((after) => stream.filter(({ number }) => number > after), "answer");
    follower.offer(4, 0, "delta", "{}");
    follower.offer(8, 6, "finished", "{}");
    await pass(1000);
    expect(events.map(({ number }) => number)).toEqual([4, 6, 8]);
  });
});
