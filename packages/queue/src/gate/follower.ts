import type { RunEvent } from "@composite-llm/contracts";
import { RUN_EVENT_KINDS, type RunEventKind } from "@composite-llm/contracts";
import type { FollowOptions, Following } from "./run-gate.ts";

const SILENCE_MS = 1000;
/** How long Redis may be away before a follower gives up: it reads on from its cursor when Redis is back, and nothing was missed. */
export const UNREACHABLE_MS = 120_000;
const PAGE = 200;

export interface FollowerPorts {
  /** Events after a number, in order, at most `count`; null when the run is unknown or expired. */
  readAfter(number: number, count: number): Promise<{ number: number; kind: string; data: string }[] | null>;
  /** Tells the hub that nothing more is wanted. */
  onClosed(): void;
}

/** One follower of a run: fed by wake-ups that carry the event, and reading from the stream when one was missed. */
export interface Follower extends Omit<Following, "leave"> {
  /** An event as it was published. `before`: the number of the one before it on its channel. */
  offer(number: number, before: number, kind: string, data: string): void;
  /** Looks into the stream when nothing came for a while. */
  lookAgain(nowMs: number): void;
}

function isEventKind(kind: string): kind is RunEventKind {
  return RUN_EVENT_KINDS.some((known) => known === kind);
}

const ANSWER_KINDS: ReadonlySet<string> = new Set<RunEventKind>(["delta", "reset", "finished", "error"]);

export function createFollower(options: FollowOptions, ports: FollowerPorts, monotonicMs: () => number): Follower {
  let cursor = options.after ?? 0;
  let isPaused = false;
  let isClosed = false;
  let isReading = false;
  let wantsReading = false;
  let heardAtMs = monotonicMs();
  let unreachableSinceMs: number | null = null;

  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    ports.onClosed();
  };

  const deliver = (number: number, kind: string, data: string): void => {
    cursor = number;
    if (!isEventKind(kind) || (options.scope === "answer" && !ANSWER_KINDS.has(kind))) return;
    const isLast = kind === "finished" || kind === "error";
    if (isLast) close();
    const event: RunEvent = { number, kind, data: JSON.parse(data) };
    options.onEvent(event);
  };

  const lose = (reason: Error): void => {
    if (isClosed) return;
    close();
    options.onLost(reason);
  };

  const catchUp = async (): Promise<void> => {
    if (isReading) {
      wantsReading = true;
      return;
    }
    isReading = true;
    try {
      do {
        wantsReading = false;
        let page: Awaited<ReturnType<FollowerPorts["readAfter"]>> = [];
        do {
          page = await ports.readAfter(cursor, PAGE);
          unreachableSinceMs = null;
          if (page === null) return lose(new Error("the run is unknown or has expired"));
          for (const { number, kind, data } of page) {
            if (isClosed || isPaused) return;
            if (number > cursor) deliver(number, kind, data);
          }
        } while (page.length === PAGE);
      } while (wantsReading);
    } catch (error) {
      // The next look tries again.
      const nowMs = monotonicMs();
      unreachableSinceMs ??= nowMs;
      if (nowMs - unreachableSinceMs > UNREACHABLE_MS) lose(error as Error);
    } finally {
      isReading = false;
    }
  };

  return {
    offer: (number, before, kind, data) => {
      heardAtMs = monotonicMs();
      if (isClosed || isPaused || number <= cursor) return;
      const isNext = options.scope === "answer" ? before <= cursor : number === cursor + 1;
      if (isNext && !isReading) deliver(number, kind, data);
      else void catchUp();
    },
    lookAgain: (nowMs) => {
      if (isClosed || isPaused || nowMs - heardAtMs < SILENCE_MS) return;
      heardAtMs = nowMs;
      void catchUp();
    },
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      if (!isPaused) return;
      isPaused = false;
      void catchUp();
    },
    close,
  };
}
