import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createRunId } from "@composite-llm/core";
import type { CellClaim, DeferredCall } from "@composite-llm/queue";
import { expect, it } from "vitest";
import { createDeferredCalls } from "./deferred-calls.ts";
import { STEP } from "./fixtures/fake-call.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function claimOf(prompt: string): CellClaim {
  const run = createRunId(0);
  const prompts = [[{ role: "user" as const, content: prompt }]];
  const place = { dispatch: 1, caller: "anonymous", priority: "interactive" as const, provider: "openai", digest: "d" };
  return { run, fence: 1, step: STEP, job: { v: 1, run, ...place, prompts, steps: [STEP], deadlineMs: 60_000, queuedAtMs: 0 } };
}

it("keeps of a call that waits only what it needs to take it out of the queue", async () => {
  const kept: { abort(): void; cell: unknown; forget(): void }[] = [];
  const left: DeferredCall[] = [];
  let unwanted: () => void = () => undefined;
  let cell: unknown;
  const deferred = createDeferredCalls({
    desk: {
      clock: { now: () => 0, observe: () => undefined },
      watch: (watched, abort) => {
        [cell, unwanted] = [watched, abort];
        return () => undefined;
      },
    },
    limits: { leave: async (call) => void left.push(call) },
    startTimer: (_delayMs, forget) => {
      kept.push({ abort: unwanted, cell, forget });
      return () => undefined;
    },
  });
  const defer = (): WeakRef<object> => {
    const claim = claimOf("long");
    deferred.add(claim);
    return new WeakRef(claim.job.prompts);
  };
  const prompts = defer();
  await setImmediate();
  collect();
  expect(prompts.deref()).toBeUndefined();
  unwanted();
  expect(left).toMatchObject([{ provider: "openai", job: { queue: "calls-openai" } }]);
  expect(kept).toHaveLength(1);
});
