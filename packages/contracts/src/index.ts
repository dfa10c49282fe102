export {
  type CallCell,
  type CallJob,
  type CallRank,
  CALL_STATUSES,
  type CallReport,
  type CallStatus,
  type CallStep,
  COST_SOURCES,
  type CostSource,
  parseCallJob,
  parseCallReport,
} from "./call.ts";
export type { CallRecord } from "./call-record.ts";
export { outcomesByStep, type SettledCall, slotsByStep, sumCostUsd, toCompositeCall } from "./composite-call.ts";
export {
  type ChatCompletion,
  type CompositeCall,
  type CompositeExtension,
  type CompositeStage,
  DEGRADED_CODES,
  type Degraded,
  type DegradedCode,
  type Ranking,
  type WireUsage,
} from "./composite.ts";
export {
  type AssistantMessage,
  type FinishReason,
  type Message,
  type ModelDelta,
  type ModelRequest,
  type ModelResult,
  type Params,
  type ResultChoice,
  textOf,
  type ToolCall,
  type ToolCallDelta,
} from "./model.ts";
export { type Quarantined, type QuarantineObject, toQuarantineObject } from "./quarantine.ts";
export { type RunError, type RunEvent, type RunEventKind, RUN_EVENT_KINDS, type RunFinished, type RunState } from "./run-event.ts";
export { type RunFacts, type RunObject, toRunObject } from "./run-object.ts";
export {
  type Delivery,
  otherPlaces,
  parseRunJob,
  parseRunPlan,
  type PlannedMember,
  type PlannedPlace,
  type PlannedSlot,
  type PlannedStage,
  type PlannedStrategy,
  type Priority,
  type Role,
  ROLES,
  type RunJob,
  type RunPlan,
  type RunRequest,
  type StagePolicy,
  type Webhook,
} from "./run-plan.ts";
export type { RunJournal } from "./run-progress.ts";
export { callKeys, fallbackKey, finalKey, isLastCall, isOnTheWay, MAX_FALLBACKS, stageKey, stepKey, wonStep } from "./step-key.ts";
export { addUsage, NO_USAGE, toWireUsage, type Usage } from "./usage.ts";
