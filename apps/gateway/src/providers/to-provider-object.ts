import type { Role } from "@composite-llm/contracts";
import type { ProviderState, ScopeLimits, ScopeState } from "@composite-llm/queue";

/** Limits as the configuration names them; null where there is none. */
interface LimitsObject {
  concurrent: number | null;
  requests_per_minute: number | null;
  tokens_per_minute: number | null;
  input_tokens_per_minute: number | null;
  output_tokens_per_minute: number | null;
  requests_per_day: number | null;
  tokens_per_day: number | null;
}

/** A provider, one of its keys, or a model under a key: what has limits of its own. */
interface ScopeObject {
  key: string | null;
  model: string | null;
  state: ScopeState["operation"];
  limits: { configured: LimitsObject; effective: LimitsObject };
  use: {
    requests_per_minute: number;
    input_tokens_per_minute: number;
    output_tokens_per_minute: number;
    requests_today: number;
    tokens_today: number;
  };
  leases: number;
  blocked: { until: string; reason: string } | null;
  breaker: { state: ScopeState["breaker"]["state"]; failures: number; until: string | null };
}

/** Calls that wait, by what they are for: the end of a run that paid for its earlier stages, a later stage, a first one. */
interface WaitingCalls {
  final: number;
  later: number;
  first: number;
}

/** A provider as its operator sees it. */
export interface ProviderObject {
  name: string;
  object: "composite.provider";
  scopes: ScopeObject[];
  waiting: { interactive: WaitingCalls; batch: WaitingCalls };
  granted: number;
  learned: { model: string; input_ratio: number; output_p95: Partial<Record<Role, number>> }[];
}

const toTime = (ms: number): string => new Date(ms).toISOString();

function toLimits(limits: ScopeLimits): LimitsObject {
  return {
    concurrent: limits.concurrent,
    requests_per_minute: limits.requestsPerMinute,
    tokens_per_minute: limits.tokensPerMinute,
    input_tokens_per_minute: limits.inputTokensPerMinute,
    output_tokens_per_minute: limits.outputTokensPerMinute,
    requests_per_day: limits.requestsPerDay,
    tokens_per_day: limits.tokensPerDay,
  };
}

function toScope({ key, model, operation, configured, effective, use, leases, blocked, breaker }: ScopeState): ScopeObject {
  return {
    key,
    model,
    state: operation,
    limits: { configured: toLimits(configured), effective: toLimits(effective) },
    use: {
      requests_per_minute: use.requestsPerMinute,
      input_tokens_per_minute: use.inputTokensPerMinute,
      output_tokens_per_minute: use.outputTokensPerMinute,
      requests_today: use.requestsToday,
      tokens_today: use.tokensToday,
    },
    leases,
    blocked: blocked === null ? null : { until: toTime(blocked.untilMs), reason: blocked.reason },
    breaker: { state: breaker.state, failures: breaker.failures, until: breaker.untilMs === null ? null : toTime(breaker.untilMs) },
  };
}

function toWaiting([final = 0, later = 0, first = 0]: readonly number[]): WaitingCalls {
  return { final, later, first };
}

/** @param state undefined for a provider of which no process has told its limits yet */
export function toProviderObject(name: string, state: ProviderState | undefined): ProviderObject {
  const { scopes = [], waiting = [], granted = 0, learned = [] } = state ?? {};
  return {
    name,
    object: "composite.provider",
    scopes: scopes.map(toScope),
    waiting: { interactive: toWaiting(waiting), batch: toWaiting(waiting.slice(3)) },
    granted,
    learned: learned.map(({ model, inputRatio, outputP95 }) => ({ model, input_ratio: inputRatio, output_p95: outputP95 })),
  };
}
