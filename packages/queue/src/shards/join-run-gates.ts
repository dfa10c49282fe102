import { ApiError, isRunId, type RunId, shardOf } from "@composite-llm/core";
import type { RunGate } from "../gate/run-gate.ts";
import { chooseShard } from "./choose-shard.ts";
import type { Shards } from "./open-shards.ts";

/** One gate over those of all shards: a run's id says which of them has it. A shard that does not answer refuses only what concerns its own runs. */
export function joinRunGates(shards: Shards<RunGate>): RunGate {
  const at = (shard: number): RunGate => {
    const gate = shards.at(shard);
    if (gate !== null) return gate;
    throw new ApiError("queue_unavailable", "The queue does not answer. Try again in a few seconds.", { retryAfterMs: 2000 });
  };
  const isKnown = (run: RunId): boolean => shardOf(run) < shards.size;
  const numbers = Array.from({ length: shards.size }, (_, shard) => shard);
  const gateOf = (run: RunId): RunGate => {
    if (isKnown(run)) return at(shardOf(run));
    throw new ApiError("run_not_found", `There is no run ${run}.`);
  };

  return {
    submit: async (plan, submission) => {
      const { inheritFrom, idempotencyKey, fingerprint } = submission;
      const chosen = inheritFrom === null ? chooseShard(plan.caller, idempotencyKey ?? fingerprint, shards.size) : shardOf(inheritFrom);
      return at(chosen).submit(plan, submission);
    },
    follow: (run, options) => gateOf(run).follow(run, options),
    cancel: async (run) => gateOf(run).cancel(run),
    delivered: async (run) => gateOf(run).delivered(run),
    read: async (run) => (isKnown(run) ? gateOf(run).read(run) : null),
    journal: async (run) => gateOf(run).journal(run),
    list: async (caller, page) => {
      const pages = await Promise.all(numbers.map(async (shard) => at(shard).list(caller, page)));
      // Ids begin with their time. Behind the first place where a shard stopped looking, it may have runs that are still missing here.
      const [until = null] = pages
        .flatMap(({ next }) => next ?? [])
        .toSorted()
        .toReversed();
      const known = pages.flatMap((each) => each.runs).filter(({ run }) => until === null || run >= until);
      const runs = known.toSorted((one, other) => (one.run < other.run ? 1 : -1));
      const shown = runs.slice(0, page.limit);
      return { runs: shown, next: runs.length > page.limit ? (shown.at(-1)?.run ?? null) : until };
    },
    erase: async (run) => gateOf(run).erase(run),
    quarantine: async () => {
      const lists = await Promise.all(numbers.map(async (shard) => at(shard).quarantine()));
      return lists.flat().toSorted((one, other) => one.sinceMs - other.sinceMs);
    },
    pardon: async (id) => {
      const [run = ""] = id.split(".");
      return isRunId(run) && isKnown(run) && gateOf(run).pardon(id);
    },
    isReady: async () => {
      const gates = numbers.map((shard) => shards.at(shard));
      return (await Promise.all(gates.map(async (gate) => gate !== null && gate.isReady()))).every(Boolean);
    },
    close: () => shards.close((gate) => gate.close()),
  };
}
