export { builtInStrategies, createRegistry } from "./built-in-strategies.ts";
export { defineStrategy } from "./define-strategy.ts";
export { closedObject } from "./options/closed-object.ts";
export { expandMembers, finalMember, type NamedMember } from "./options/expand-members.ts";
export { MAX_SLOTS, memberList, memberOption, type MemberOption } from "./options/member.ts";
export { type Addition, appendMaterial, type Material } from "./prompt/append-material.ts";
export { memberMessages } from "./prompt/member-messages.ts";
export type { Registry } from "./registry.ts";
export type {
  Answer,
  DraftSlot,
  DraftStage,
  MemberRef,
  PlanInput,
  StageOutcome,
  StageRequest,
  Strategy,
  StrategyContext,
  StrategyDraft,
  StrategyPlanner,
  StrategyResult,
} from "./strategy.ts";
