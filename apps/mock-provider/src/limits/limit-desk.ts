import type { PacedClock } from "../pace/paced-clock.ts";
import { toKeyTag } from "../wires/key-tag.ts";
import type { CountedTokens } from "./counted-tokens.ts";
import { isMatched, type LimitRule, type LimitSettings, NO_LIMITS } from "./limit-settings.ts";
import { type LimitRefusal, type LimitState, METERED, type Metered, ScopeCounter } from "./scope-counter.ts";

/** A request as the limits see it. */
export interface LimitedRequest {
  wire: string;
  /** As asked for. */
  model: string;
  key: string | null;
}

/** What is left of the limits that hold for a request; of several of a kind the tightest. */
export type LimitStates = Partial<Record<Metered, LimitState>>;

export interface LimitPass {
  /** To be called once, when its connection is closed. */
  end(outputTokens: number): void;
}

export type LimitAnswer = ({ pass: LimitPass } | { refusal: LimitRefusal }) & { states: LimitStates };

/** Enforces the limits that it is told, all of those that hold for a request or none. */
export interface LimitDesk {
  readonly settings: LimitSettings;
  /** Replaces the settings; who is in flight and what was used stays counted, rule by rule in their order. */
  set(settings: LimitSettings): void;
  /** The status that an outage answers a request with, null without one. */
  outageStatus(request: LimitedRequest): number | null;
  admit(request: LimitedRequest, tokens: CountedTokens): LimitAnswer;
  /** What every scope that was seen has in flight and left. */
  scopes(): object[];
}

interface Scope {
  counter: ScopeCounter;
  rule: number;
  key: string | null;
  model: string | null;
}

/** The model and the key that a rule tells apart. */
function scopeOf({ per }: LimitRule, { key, model }: LimitedRequest): Pick<Scope, "key" | "model"> {
  const byKey = per === "key" || per === "key_and_model";
  const byModel = per === "model" || per === "key_and_model";
  return { key: byKey ? key : null, model: byModel ? model : null };
}

export function createLimitDesk(clock: PacedClock): LimitDesk {
  let settings = NO_LIMITS;
  let outageUntilMs = 0;
  const scopes = new Map<string, Scope>();

  const findScope = (rule: LimitRule, index: number, request: LimitedRequest): Scope => {
    const { key, model } = scopeOf(rule, request);
    const id = JSON.stringify([index, key, model]);
    const known = scopes.get(id);
    if (known !== undefined) return known;
    const counter = new ScopeCounter(rule, settings.burst_seconds, clock.monotonicMs());
    const scope = { counter, rule: index, key, model };
    scopes.set(id, scope);
    return scope;
  };

  const toStates = (counters: readonly ScopeCounter[], nowMs: number): LimitStates => {
    const states: LimitStates = {};
    for (const metered of METERED) {
      const found = counters.map((counter) => counter.state(metered, nowMs)).filter((state) => state !== null);
      const tightest = found.toSorted((left, right) => left.remaining / left.limit - right.remaining / right.limit)[0];
      if (tightest !== undefined) states[metered] = tightest;
    }
    return states;
  };

  return {
    get settings() {
      return settings;
    },
    set(next) {
      const former = settings.rules;
      settings = next;
      clock.setScale(next.clock_scale);
      const { until, for_ms: forMs } = next.outage ?? {};
      outageUntilMs = until ?? (forMs === undefined ? 0 : clock.now() + clock.toRealMs(forMs));
      for (const [id, { counter, rule }] of scopes) {
        const limits = next.rules[rule];
        if (limits === undefined || limits.per !== former[rule]?.per) scopes.delete(id);
        else counter.resize(limits, next.burst_seconds, clock.monotonicMs());
      }
    },
    outageStatus(request) {
      const { outage } = settings;
      return outage !== null && clock.now() < outageUntilMs && isMatched(outage.match, request) ? outage.status : null;
    },
    admit(request, tokens) {
      const counters = settings.rules.flatMap((rule, index) =>
        isMatched(rule.match, request) ? [findScope(rule, index, request).counter] : [],
      );
      const nowMs = clock.monotonicMs();
      let refusal: LimitRefusal | null = null;
      for (const counter of counters) {
        const found = counter.check(tokens, nowMs);
        if (found !== null && (refusal === null || (found.waitMs ?? 0) > (refusal.waitMs ?? 0))) refusal = found;
      }
      if (refusal !== null) return { refusal, states: toStates(counters, nowMs) };
      for (const counter of counters) counter.begin(tokens, nowMs);
      const pass: LimitPass = {
        end(outputTokens) {
          const late = { input: 0, output: tokens.output === null ? outputTokens : 0 };
          for (const counter of counters) counter.end(late, clock.monotonicMs());
        },
      };
      return { pass, states: toStates(counters, nowMs) };
    },
    scopes: () =>
      Array.from(scopes.values(), ({ counter, rule, key, model }) => {
        const nowMs = clock.monotonicMs();
        return { rule, key: key === null ? null : toKeyTag(key), model, in_flight: counter.inFlight, ...toStates([counter], nowMs) };
      }),
  };
}
