import { isRecord, type JsonObject } from "@composite-llm/core";

/** Policies are merged stage by stage and field by field: whoever sets a deadline does not thereby drop the quorum. */
function mergeStages(lower: unknown, upper: unknown): unknown {
  if (!isRecord(lower) || !isRecord(upper)) return upper;
  const merged: JsonObject = { ...lower };
  for (const [stage, policy] of Object.entries(upper)) {
    const known = Object.hasOwn(merged, stage) ? merged[stage] : undefined;
    merged[stage] = isRecord(known) && isRecord(policy) ? { ...known, ...policy } : policy;
  }
  return merged;
}

/** One set of options from several, the later ones above the earlier ones. */
export function mergeOptions(...layers: readonly JsonObject[]): JsonObject {
  return layers.reduce((lower, upper) => {
    const merged = { ...lower, ...upper };
    if (upper["stages"] !== undefined && lower["stages"] !== undefined) merged["stages"] = mergeStages(lower["stages"], upper["stages"]);
    return merged;
  }, {});
}
