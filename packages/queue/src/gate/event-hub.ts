import { randomUUID } from "node:crypto";
import type { RunId } from "@composite-llm/core";
import type { Redis } from "ioredis";
import type { Keys } from "../run/run-keys.ts";
import { RECONNECT_MS } from "../redis/connect-redis.ts";
import { createFollower, type Follower } from "./follower.ts";
import { limitAtOnce } from "./limit-at-once.ts";
import type { FollowOptions, Following } from "./run-gate.ts";

/** How long a listener counts without a sign of its gateway. */
export const LISTENER_MS = 2000;

/** How often a gateway gives a sign of its listeners. */
const LOOK_EVERY_MS = 500;

/**
 * How long a run is without listeners at least before it is ended for that. After an outage of Redis all listeners are forgotten, and a gateway
 * whose client still waits may need this long to say so.
 */
export const ORPHAN_MS = LISTENER_MS + RECONNECT_MS + LOOK_EVERY_MS;

/** All followers of this process on one subscriber connection. */
export interface EventHub {
  /** Follows a run under a listener's name. `hasStarted`: events may exist already, so read them first. */
  follow(run: RunId, options: FollowOptions, listener: string, hasStarted: boolean): Following;
  close(): void;
}

export interface EventHubOptions {
  subscriber: Redis;
  commands: Redis;
  keys: Keys;
  /** Tells the run that its listener is still there. */
  attach(run: RunId, listener: string): Promise<void>;
  /** Tells the run that its listener is gone; without a grace, the run's own counts. */
  detach(run: RunId, listener: string, graceMs: number | undefined): void;
  monotonicMs(): number;
  onError(error: Error): void;
}

/** Answers that Redis holds for a gateway that is slower than its followers ask are memory of Redis, and a page may have the whole of a long answer. */
const READS_AT_ONCE = 8;

export function createListenerName(): string {
  return randomUUID();
}

export function createEventHub(options: EventHubOptions): EventHub {
  const { subscriber, commands, keys, monotonicMs } = options;
  const followers = new Map<string, Set<Follower>>();
  const listeners = new Map<string, RunId>();
  const inTurn = limitAtOnce(READS_AT_ONCE);

  subscriber.on("message", (channel: string, message: string) => {
    const interested = followers.get(channel);
    if (interested === undefined) return;
    const first = message.indexOf(" ");
    const second = message.indexOf(" ", first + 1);
    const third = message.indexOf(" ", second + 1);
    const number = Number(message.slice(0, first));
    const before = Number(message.slice(first + 1, second));
    const kind = message.slice(second + 1, third);
    const data = message.slice(third + 1);
    for (const follower of interested) follower.offer(number, before, kind, data);
  });

  const attachAll = (): void => {
    for (const [listener, run] of listeners) options.attach(run, listener).catch(options.onError);
  };

  const timer = setInterval(() => {
    const now = monotonicMs();
    for (const interested of followers.values()) for (const follower of interested) follower.lookAgain(now);
    attachAll();
  }, LOOK_EVERY_MS);
  // After an outage the listeners may be forgotten, and who looks for such runs is back at the same time.
  commands.on("ready", attachAll);

  const readAfter = async (run: RunId, number: number, count: number): Promise<{ number: number; kind: string; data: string }[] | null> => {
    const entries = await inTurn(() => commands.xrange(keys.events(run), `${number + 1}-0`, "+", "COUNT", count));
    if (entries.length === 0 && (await commands.exists(keys.run(run))) === 0) return null;
    return entries.map(([id, fields]) => ({ number: Number.parseInt(id, 10), kind: fields[1] ?? "", data: fields[3] ?? "{}" }));
  };

  const join = (channel: string, follower: Follower): void => {
    const interested = followers.get(channel);
    if (interested !== undefined) {
      interested.add(follower);
      return;
    }
    followers.set(channel, new Set([follower]));
    subscriber.subscribe(channel).catch(options.onError);
  };

  const quit = (channel: string, follower: Follower): void => {
    const interested = followers.get(channel);
    if (interested?.delete(follower) !== true || interested.size > 0) return;
    followers.delete(channel);
    subscriber.unsubscribe(channel).catch(options.onError);
  };

  return {
    follow: (run, follow, listener, hasStarted) => {
      const channels = follow.scope === "answer" ? [keys.events(run)] : [keys.events(run), keys.progress(run)];
      const follower = createFollower(
        follow,
        {
          readAfter: (number, count) => readAfter(run, number, count),
          onClosed: () => {
            listeners.delete(listener);
            for (const channel of channels) quit(channel, follower);
          },
        },
        monotonicMs,
      );
      listeners.set(listener, run);
      for (const channel of channels) join(channel, follower);
      if (hasStarted) {
        options.attach(run, listener).catch(options.onError);
        follower.pause();
        follower.resume();
      }
      return {
        pause: () => follower.pause(),
        resume: () => follower.resume(),
        close: () => follower.close(),
        leave: (graceMs) => {
          const isFollowing = listeners.has(listener);
          follower.close();
          if (isFollowing) options.detach(run, listener, graceMs);
        },
      };
    },
    close: () => {
      clearInterval(timer);
      commands.off("ready", attachAll);
      for (const interested of followers.values()) for (const follower of interested) follower.close();
    },
  };
}
