import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { startStack } from "@composite-llm/scripts/stack";
import type { CallerOrder } from "../callers/caller-order.ts";
import type { ArmOptions } from "./arm.ts";

const NONE = { count: 0 };

/** A provider, a Redis and callers that are no part of the product. */
export interface Callers {
  mockUrl: string;
  redisUrl: string;
  redisPrefix: string;
  processes: readonly ChildProcess[];
  stop(): Promise<void>;
}

/**
 * Starts a mock-provider, a Redis and so many processes of a caller.
 *
 * @param program file name of the caller
 * @param share of the limits that each keeps to
 */
export async function startCallers({ call, limits, callers }: ArmOptions, program: string, share: number): Promise<Callers> {
  const stack = await startStack({ services: { gateway: NONE, orchestrator: NONE, "model-caller": NONE } });
  const mockUrl = stack.mockUrl ?? "";
  const order: CallerOrder = { mockUrl, redisUrl: stack.redisUrl, redisPrefix: stack.redisPrefix, call, limits, share };
  const processes = await Promise.all(
    Array.from({ length: callers }, async () => {
      const child = fork(join(import.meta.dirname, "..", "callers", program), {
        env: { ...process.env, CALLER_ORDER: JSON.stringify(order) },
      });
      await once(child, "message");
      return child;
    }),
  );
  return {
    mockUrl,
    redisUrl: stack.redisUrl,
    redisPrefix: stack.redisPrefix,
    processes,
    stop: async () => {
      await Promise.all(
        processes.map(async (child) => {
          const ended = once(child, "exit");
          child.kill("SIGKILL");
          await ended;
        }),
      );
      await stack.stop();
    },
  };
}
