import { isRecord, type JsonObject } from "@composite-llm/core";
import { describeIssue, formatPath, invalidRequest } from "@composite-llm/openai-api";
import { type CommonOptions, commonOptions, type StrategyPlanner } from "@composite-llm/strategies/plan";
import { type OptionPlaces, placeOf } from "./option-places.ts";

export interface CheckedOptions {
  common: CommonOptions;
  /** The strategy's own. */
  own: JsonObject;
}

function refused(issues: readonly Parameters<typeof describeIssue>[0][], options: JsonObject, places: OptionPlaces): Error {
  const [issue] = issues;
  if (issue === undefined) return invalidRequest(null, "The options are not valid.");
  const { path, message } = describeIssue(issue, options);
  return invalidRequest(placeOf(formatPath(path) ?? "", places), `${message}.`);
}

/** @throws ApiError `invalid_request` that names the option where the client gave it */
export function checkOptions(options: JsonObject, planner: StrategyPlanner, places: OptionPlaces): CheckedOptions {
  const common: JsonObject = {};
  const own: JsonObject = {};
  for (const [name, value] of Object.entries(options)) (Object.hasOwn(commonOptions.shape, name) ? common : own)[name] = value;
  const checkedCommon = commonOptions.safeParse(common);
  if (!checkedCommon.success) throw refused(checkedCommon.error.issues, options, places);
  const checkedOwn = planner.options.safeParse(own);
  if (!checkedOwn.success) throw refused(checkedOwn.error.issues, options, places);
  return { common: checkedCommon.data, own: isRecord(checkedOwn.data) ? checkedOwn.data : {} };
}
