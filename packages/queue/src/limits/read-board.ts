import type { Role } from "@composite-llm/contracts";
import type { Operation, ProviderState, ScopeState } from "./limits-board.ts";
import type { ScopeLimits } from "./scope-limits.ts";
import { LIMIT_FIELDS } from "./to-settings-json.ts";

interface ScopeJson {
  id: string;
  operation: number;
  configured: number[];
  effective: number[];
  used: number[];
  leases: number;
  blockedUntil: number;
  blockedWhy: string;
  failures: number;
  openUntil: number;
}

interface ProviderJson {
  provider: string;
  scopes: ScopeJson[];
  waiting: number[];
  granted: number;
  learned?: { model: string; fields: string[] }[];
}

const OPERATIONS: readonly Operation[] = ["open", "paused", "drained"];

function toLimits(numbers: readonly number[]): ScopeLimits {
  const entries = LIMIT_FIELDS.map((field, index) => [field, numbers[index] === 0 ? null : (numbers[index] ?? null)] as const);
  return Object.fromEntries(entries) as Record<keyof ScopeLimits, number | null>;
}

function toScope(provider: string, json: ScopeJson, nowMs: number): ScopeState {
  const rest = json.id.slice(provider.length + 1);
  const slash = rest.indexOf("/");
  const [requestsPerMinute = 0, inputTokensPerMinute = 0, outputTokensPerMinute = 0, requestsToday = 0, tokensToday = 0] = json.used;
  return {
    key: rest === "" ? null : rest.slice(0, slash === -1 ? undefined : slash),
    model: slash === -1 ? null : rest.slice(slash + 1),
    operation: OPERATIONS[json.operation] ?? "open",
    configured: toLimits(json.configured),
    effective: toLimits(json.effective),
    use: { requestsPerMinute, inputTokensPerMinute, outputTokensPerMinute, requestsToday, tokensToday },
    leases: json.leases,
    blocked: json.blockedUntil === 0 ? null : { untilMs: json.blockedUntil, reason: json.blockedWhy },
    breaker: {
      state: json.openUntil === 0 ? "closed" : json.openUntil > nowMs ? "open" : "half_open",
      failures: json.failures,
      untilMs: json.openUntil === 0 ? null : json.openUntil,
    },
  };
}

function toLearned({ model, fields }: { model: string; fields: string[] }): ProviderState["learned"][number] {
  let inputRatio = 1;
  const outputP95: Partial<Record<Role, number>> = {};
  for (let index = 0; index < fields.length; index += 2) {
    const [name = "", value] = [fields[index], Number(fields[index + 1])];
    if (name === "ratio") inputRatio = value;
    else if (name.startsWith("q:")) outputP95[name.slice(2) as Role] = value;
  }
  return { model, inputRatio, outputP95 };
}

/** What the script `board` gives, as it is shown. */
export function readBoard([now, json]: unknown[]): ProviderState[] {
  const providers = JSON.parse(String(json)) as ProviderJson[];
  return providers
    .map(({ provider, scopes, waiting, granted, learned = [] }) => ({
      provider,
      // Names in order have the provider before its keys and a key before its models.
      scopes: scopes.toSorted((left, right) => (left.id < right.id ? -1 : 1)).map((scope) => toScope(provider, scope, Number(now))),
      waiting,
      granted,
      learned: learned.map(toLearned),
    }))
    .toSorted((left, right) => (left.provider < right.provider ? -1 : 1));
}
