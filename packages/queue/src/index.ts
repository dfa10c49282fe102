export {
  type AppendReply,
  type BeginReply,
  type CallDesk,
  type CellClaim,
  claimOf,
  openCallDesk,
  type Spending,
  type StreamCursor,
  type TryEnd,
  type Unfinished,
  type WaitReply,
} from "./caller/call-desk.ts";
export { type DispatchRequest, type OwnedRun, OwnershipLost, type RunEventDraft } from "./desk/owned-run.ts";
export { openRunDesk, type RunDesk } from "./desk/run-desk.ts";
export { createRunGate, type RunGateOptions } from "./gate/create-run-gate.ts";
export {
  type FollowOptions,
  type Following,
  GOES_ON,
  type RunGate,
  type StoredRun,
  type Submission,
  type Submitted,
} from "./gate/run-gate.ts";
export { type JobPromoter, openJobPromoter } from "./jobs/open-job-promoter.ts";
export { createWorker, type JobWorker, type JobWorkerOptions, type TakenJob } from "./jobs/create-worker.ts";
export { callsQueue, RUNS_QUEUE } from "./jobs/queue-settings.ts";
export type { BreakerState, LimitsBoard, Operation, ProviderPart, ProviderState, ScopeState } from "./limits/limits-board.ts";
export {
  type Admission,
  type Ask,
  type CallSettlement,
  type DeferredCall,
  type Lease,
  type LimitsDesk,
  LimitsUnavailable,
  type ObservedLimit,
  type ObservedLimits,
  type PromoteJob,
  type TokenEstimate,
  type WaitingJob,
} from "./limits/limits-desk.ts";
export { type LimitsBoardOptions, openLimitsBoard } from "./limits/open-limits-board.ts";
export { type LimitsDeskOptions, openLimitsDesk } from "./limits/open-limits-desk.ts";
export type { ProviderLimitSettings, ScopeLimits } from "./limits/scope-limits.ts";
export { REDIS_PROTOCOLS, type RedisTarget } from "./redis/connect-redis.ts";
export { GIVE_UP_AFTER, QUARANTINE_AFTER } from "./quarantine/death-limits.ts";
export type { QuarantineEntry } from "./quarantine/quarantine-list.ts";
export type { RedisClock } from "./redis/redis-clock.ts";
export type { JournalSnapshot } from "./run/journal-snapshot.ts";
export type { Settled } from "./run/settled.ts";
export { joinRunGates } from "./shards/join-run-gates.ts";
export { openShards } from "./shards/open-shards.ts";
export { openSweeper, type Sweeper, type SweeperOptions } from "./sweep/open-sweeper.ts";
export { openWebhookDesk, type WebhookDeskOptions } from "./webhooks/open-webhook-desk.ts";
export type { WebhookDesk, WebhookOutcome, WebhookTask } from "./webhooks/webhook-desk.ts";
