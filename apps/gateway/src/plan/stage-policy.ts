import type { StagePolicy } from "@composite-llm/contracts";
import { invalidRequest } from "@composite-llm/openai-api";
import type { CommonOptions, DraftStage } from "@composite-llm/strategies/plan";
import { type OptionPlaces, placeOf } from "./option-places.ts";

const DEFAULT_POLICY: StagePolicy = { minSuccess: 1, graceMs: null, deadlineMs: null, keepLate: false };

/**
 * When a stage may go on: the strategy's word, overridden by what configuration, profile and request say. A quorum that was set
 * without a grace is enough by itself, since it would have no effect otherwise.
 *
 * @param asked names of the stages for which the request itself sets a quorum
 * @throws ApiError when the request wants more answers than there are members; a quorum from elsewhere is made to fit
 */
export function stagePolicy(
  stage: DraftStage,
  stages: CommonOptions["stages"],
  asked: ReadonlySet<string>,
  places: OptionPlaces,
): StagePolicy {
  const given = Object.hasOwn(stages, stage.name) ? stages[stage.name] : undefined;
  const standard = { ...DEFAULT_POLICY, ...stage.policy };
  const members = stage.slots.length;
  const minSuccess = given?.min_success ?? standard.minSuccess;
  if (minSuccess > members && asked.has(stage.name)) {
    throw invalidRequest(
      placeOf(`stages.${stage.name}.min_success`, places),
      `stages.${stage.name}.min_success is ${minSuccess}, but the stage has ${members} ${members === 1 ? "member" : "members"}: ask for at most ${members}.`,
    );
  }
  return {
    minSuccess: Math.min(minSuccess, members),
    graceMs: given?.grace_ms ?? standard.graceMs ?? (given?.min_success === undefined ? null : 0),
    deadlineMs: given?.deadline_ms ?? standard.deadlineMs,
    keepLate: given?.keep_late ?? standard.keepLate,
  };
}
