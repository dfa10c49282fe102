import { type Configuration, resolveModelName, type ResolvedName } from "@composite-llm/configuration";
import type { RunPlan } from "@composite-llm/contracts";
import { ApiError, type JsonObject } from "@composite-llm/core";
import { type ChatRequest, invalidRequest, separateOptions } from "@composite-llm/openai-api";
import { matchCatalogModel } from "@composite-llm/pricing";
import type { CommonOptions, Registry, StrategyPlanner } from "@composite-llm/strategies/plan";
import type { Caller } from "../auth/key-table.ts";
import { canonicalName } from "./canonical-name.ts";
import { checkWebhook } from "./check-webhook.ts";
import { deviatingOptions } from "./deviating-options.ts";
import { checkFinalParams } from "./check-final-params.ts";
import { draftRequest } from "./draft-request.ts";
import type { AskedOptions, Draft } from "./draft-strategy.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { isSimulated } from "./is-simulated.ts";
import { mergeOptions } from "./merge-options.ts";
import type { OptionCatalog } from "./option-catalog.ts";
import { planStrategy } from "./plan-strategy.ts";
import { planVersion } from "./plan-version.ts";

/** Who asks, and what chance and time gave the request. */
export interface PlanOrigin {
  caller: Caller;
  traceId: string;
  /** 32 bit. */
  seed: number;
  /** Milliseconds since 1970. */
  nowMs: number;
  /** Whether nobody waits for the answer. */
  background: boolean;
}

export interface PlannedRequest {
  plan: RunPlan;
  /** Equal for requests that mean the same; see `fingerprintOf`. */
  fingerprint: string;
  restart: CommonOptions["restart"];
  onDisconnect: CommonOptions["on_disconnect"];
}

/** Turns requests into plans by one configuration. */
export interface Planner {
  /** @throws ApiError for everything about the request that cannot be served */
  plan(request: ChatRequest, origin: PlanOrigin): PlannedRequest;
  /** @throws ApiError when a plan that was made before could not be made any more: its caller may not use the model or the webhook's secret */
  checkAgain(plan: RunPlan, caller: Caller): void;
}

interface VersionedDraft extends Draft {
  version: string;
  simulated: boolean;
}

/** Requests without options of their own differ in nothing that a draft depends on: the latest names are kept. */
const KEPT_DRAFTS = 500;

/** Whether the request continues a tool call of the final model: the panel has spoken already. */
function endsInToolResult({ messages }: ChatRequest): boolean {
  const role = messages.at(-1)?.role;
  return role === "tool" || role === "function";
}

function checkLocks(named: ResolvedName, { options, places }: AskedOptions): void {
  if (named.kind !== "profile") return;
  const locked = named.profile.locked.find((name) => Object.hasOwn(options, name));
  if (locked === undefined) return;
  const place = places.get(locked) ?? locked;
  throw invalidRequest(place, `${place} is locked by the profile ${named.profile.name}: leave it out.`);
}

export function createPlanner(configuration: Configuration, planners: Registry<StrategyPlanner>, catalog: OptionCatalog): Planner {
  const kept = new Map<string, VersionedDraft>();

  const draft = (named: ResolvedName, asked: AskedOptions): VersionedDraft => {
    const fresh = draftRequest({ configuration, planners }, named, asked);
    return { ...fresh, version: planVersion(fresh.drafted), simulated: isSimulated(fresh.drafted, configuration) };
  };

  const keptDraft = (name: string, named: ResolvedName, asked: AskedOptions): VersionedDraft => {
    if (asked.places.size > 0) return draft(named, asked);
    const known = kept.get(name);
    if (known !== undefined) return known;
    const fresh = draft(named, asked);
    const oldest = kept.size < KEPT_DRAFTS ? undefined : kept.keys().next().value;
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(name, fresh);
    return fresh;
  };

  const resolve = (model: string, caller: Caller): ResolvedName => {
    const named = resolveModelName(model, configuration, { matchCatalogModel });
    if (caller.mayUse([model, canonicalName(named)])) return named;
    throw new ApiError("model_not_allowed", `The API key ${caller.name} may not use this model.`, { param: "model" });
  };

  /** What of the options makes a difference to what configuration and profile say. */
  const deviating = (named: ResolvedName, { options, places }: AskedOptions): JsonObject => {
    const planner = places.size === 0 ? undefined : planners.get(named.strategy);
    if (planner === undefined) return {};
    const profile = named.kind === "profile" ? named.profile.options : {};
    return deviatingOptions(options, mergeOptions(configuration.defaults.strategies.get(named.strategy) ?? {}, profile), planner);
  };

  return {
    checkAgain: ({ model, webhook }, caller) => {
      resolve(model, caller);
      checkWebhook(webhook, caller.name, configuration);
    },
    plan: (request, { caller, traceId, seed, nowMs, background }) => {
      const named = resolve(request.model, caller);
      const names = catalog.get(named.strategy);
      if (names === undefined) throw new ApiError("model_not_found", `There is no strategy ${named.strategy}.`, { param: "model" });
      const { params, ...asked } = separateOptions(request, names);
      checkLocks(named, asked);
      const { drafted, common, version, simulated } = keptDraft(request.model, named, asked);
      checkWebhook(request.webhook, caller.name, configuration);
      const planned = planStrategy(drafted, params, configuration.defaults.memberMaxTokens, seed);
      const root = checkFinalParams(planned, params, configuration);
      const plan: RunPlan = {
        v: 1,
        planVersion: version,
        model: request.model,
        profile: named.kind === "profile" ? named.profile.name : null,
        caller: caller.name,
        root,
        request: { messages: request.messages, params },
        delivery: {
          // Who follows a background run by its events sees the answer grow.
          stream: request.stream || background,
          includeUsage: request.includeUsage,
          usage: common.usage,
          streamEvents: common.stream_events,
          streamMembers: common.stream_members,
          includeTrace: common.include_trace,
        },
        background,
        webhook: request.webhook,
        finalOnly: endsInToolResult(request),
        totalDeadlineMs: common.total_deadline_ms ?? configuration.defaults.totalDeadlineMs,
        priority: common.priority,
        simulated,
        traceId,
        metadata: common.metadata,
        createdAtMs: nowMs,
      };
      const fingerprint = fingerprintOf(caller.name, request, params, deviating(named, asked));
      return { plan, fingerprint, restart: common.restart, onDisconnect: common.on_disconnect };
    },
  };
}
