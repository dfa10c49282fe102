import { EventEmitter } from "node:events";
import { createRunId } from "@composite-llm/core";
import type { Redis } from "ioredis";
import { describe, expect, it, vi } from "vitest";
import { createKeys } from "../run/run-keys.ts";
import { createEventHub, type EventHubOptions } from "./event-hub.ts";

describe("an event hub whose Redis comes back", () => {
  it("says at once that its listeners are still there", () => {
    const attach = vi.fn<EventHubOptions["attach"]>(async () => undefined);
    const commands = new EventEmitter();
    const subscriber = Object.assign(new EventEmitter(), { subscribe: async () => 1, unsubscribe: async () => 0 });
    const hub = createEventHub({
      // Of both connections only what is here is used.
      commands: commands as unknown as Redis,
      subscriber: subscriber as unknown as Redis,
      keys: createKeys("t"),
      attach,
      detach: () => undefined,
      monotonicMs: () => 0,
      onError: () => undefined,
    });
    const run = createRunId(0);
    const follow = { scope: "answer" as const, onEvent: () => undefined, onLost: () => undefined };
    const following = hub.follow(run, follow, "a listener", false);
    expect(attach).not.toHaveBeenCalled();
    commands.emit("ready");
    expect(attach.mock.calls).toEqual([[run, "a listener"]]);
    following.close();
    commands.emit("ready");
    expect(attach).toHaveBeenCalledTimes(1);
    hub.close();
  });
});
