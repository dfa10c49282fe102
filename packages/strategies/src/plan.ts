// The entry for those who must not execute strategies: it reaches no file that runs one.
export { builtInPlanners, createPlannerRegistry } from "./built-in-planners.ts";
export { type CommonOptions, commonOptions, MAX_DEADLINE_MS } from "./options/common-options.ts";
export { MAX_SLOTS, type MemberOption, memberOption } from "./options/member.ts";
export { optionNames, REQUEST_OWNED_OPTIONS } from "./options/option-names.ts";
export { PROMPTS_VERSION } from "./prompt/prompts-version.ts";
export type { Registry } from "./registry.ts";
export type { DraftSlot, DraftStage, MemberRef, PlanInput, StrategyDraft, StrategyPlanner } from "./strategy.ts";
