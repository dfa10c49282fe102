import { isRecord, type JsonObject, nearestName } from "@composite-llm/core";
import { invalidRequest } from "@composite-llm/openai-api";
import type { StrategyDraft, StrategyPlanner } from "@composite-llm/strategies/plan";
import { type OptionPlaces, placeOf } from "./option-places.ts";

/** Stages for which these options set a quorum. */
export function quorumsAsked({ stages }: JsonObject): ReadonlySet<string> {
  const entries = isRecord(stages) ? Object.entries(stages) : [];
  return new Set(entries.filter(([, policy]) => isRecord(policy) && policy["min_success"] !== undefined).map(([name]) => name));
}

/** @throws ApiError when the request sets a policy for a stage that the strategy never has */
export function checkStageNames(
  { options, places }: { options: JsonObject; places: OptionPlaces },
  { name, stageNames }: StrategyPlanner,
  draft: StrategyDraft,
): void {
  if (!isRecord(options["stages"])) return;
  const known = new Set(stageNames ?? draft.stages.map((stage) => stage.name));
  for (const stage of Object.keys(options["stages"])) {
    if (known.has(stage)) continue;
    const near = nearestName(stage, known);
    const hint = near === null ? `There are ${known.size === 0 ? "none" : [...known].join(", ")}` : `Did you mean ${near}?`;
    throw invalidRequest(placeOf(`stages.${stage}`, places), `stages.${stage} is not a stage of ${name}. ${hint}`);
  }
}
