import type { Message, PlannedStrategy } from "@composite-llm/contracts";
import { createRandom } from "@composite-llm/core";
import type { Registry, Strategy, StrategyContext, StrategyResult } from "@composite-llm/strategies";
import { runFinal } from "./run-final.ts";
import type { RunScope } from "./run-scope.ts";
import { runStage } from "./run-stage.ts";
import { toToolNotes } from "./tool-notes.ts";

/** Executes one strategy in its scope. Throws RunFailure when it can give no answer. */
export async function runStrategy(
  scope: RunScope,
  plan: PlannedStrategy,
  messages: readonly Message[],
  registry: Registry<Strategy>,
): Promise<StrategyResult> {
  const strategy = registry.get(plan.strategy);
  if (strategy === undefined) throw new Error(`strategy ${plan.strategy} is not loaded in this process`);
  const context: StrategyContext<Record<string, unknown>> = {
    options: plan.options,
    messages,
    toolNotes: toToolNotes(plan.final.member.params),
    plan,
    random: createRandom(plan.seed),
    stage: (request) => {
      const stage = plan.stages.find(({ name, layer }) => name === request.name && layer === (request.layer ?? 0));
      if (stage === undefined) throw new Error(`strategy ${plan.strategy} planned no stage ${request.name}.${request.layer ?? 0}`);
      return runStage({ ...scope, hasPaid: scope.hasPaid || plan.stages.indexOf(stage) > 0 }, stage, request);
    },
    final: (finalMessages, { params, fallback } = {}) => {
      scope.fallback = fallback ?? null;
      return runFinal({ ...scope, hasPaid: scope.hasPaid || plan.stages.length > 0 }, plan.final, finalMessages, params ?? {});
    },
    ballot: (step, ranking, critique) => {
      scope.pendingEvents.push({ kind: "ballot", data: { step, ranking, critique } });
    },
  };
  return strategy.run(context);
}
