import type { TokenCounts } from "../ledger/ledger-record.ts";
import { Bucket } from "./bucket.ts";
import type { CountedTokens } from "./counted-tokens.ts";
import type { LimitRule } from "./limit-settings.ts";

export const METERED = ["requests", "tokens", "input-tokens", "output-tokens"] as const;
export type Metered = (typeof METERED)[number];

const LIMIT_OF = {
  requests: "requests_per_minute",
  tokens: "tokens_per_minute",
  "input-tokens": "input_tokens_per_minute",
  "output-tokens": "output_tokens_per_minute",
} as const satisfies Record<Metered, keyof LimitRule>;

/** Which limit refused a request, and why. */
export interface LimitRefusal {
  by: Metered | "concurrent";
  limit: number;
  /** What the request asked of it. */
  requested: number;
  /** Until it would fit, in the mock's time; null when nobody can tell, or never. */
  waitMs: number | null;
}

/** What is left of a limit. */
export interface LimitState {
  limit: number;
  remaining: number;
  /** Until nothing of it is used. */
  resetMs: number;
}

function amountOf(metered: Metered, { input, output }: { input: number; output: number }): number {
  return { requests: 1, tokens: input + output, "input-tokens": input, "output-tokens": output }[metered];
}

/** The limits of a rule for those who share them. */
export class ScopeCounter {
  #limits: LimitRule;
  readonly #buckets = new Map<Metered, Bucket>();
  #inFlight = 0;

  constructor(limits: LimitRule, burstSeconds: number, nowMs: number) {
    this.#limits = limits;
    this.resize(limits, burstSeconds, nowMs);
  }

  /** Takes other limits; what was used stays used. */
  resize(limits: LimitRule, burstSeconds: number, nowMs: number): void {
    this.#limits = limits;
    for (const metered of METERED) {
      const perMinute = limits[LIMIT_OF[metered]];
      const bucket = this.#buckets.get(metered);
      if (perMinute === null) this.#buckets.delete(metered);
      else if (bucket === undefined) this.#buckets.set(metered, new Bucket({ perMinute, burstSeconds }, nowMs));
      else bucket.resize({ perMinute, burstSeconds }, nowMs);
    }
  }

  /** The limit that refuses a request, the one with the longest wait; null when all admit it. Changes nothing. */
  check({ input, output }: CountedTokens, nowMs: number): LimitRefusal | null {
    let refusal: LimitRefusal | null = null;
    const { concurrent } = this.#limits;
    if (concurrent !== null && this.#inFlight >= concurrent) refusal = { by: "concurrent", limit: concurrent, requested: 1, waitMs: null };
    for (const [metered, bucket] of this.#buckets) {
      const limit = this.#limits[LIMIT_OF[metered]] ?? 0;
      const requested = amountOf(metered, { input, output: output ?? 0 });
      const waitMs = requested > limit && requested > 1 ? null : bucket.waitMs(requested, nowMs);
      if (waitMs === null) return { by: metered, limit, requested, waitMs };
      if (waitMs > 0 && waitMs > (refusal?.waitMs ?? 0)) refusal = { by: metered, limit, requested, waitMs };
    }
    return refusal;
  }

  begin({ input, output }: CountedTokens, nowMs: number): void {
    this.#inFlight += 1;
    for (const [metered, bucket] of this.#buckets) bucket.take(amountOf(metered, { input, output: output ?? 0 }), nowMs);
  }

  /** @param late what was not counted when the request arrived */
  end(late: TokenCounts, nowMs: number): void {
    this.#inFlight -= 1;
    for (const [metered, bucket] of this.#buckets) if (metered !== "requests") bucket.take(amountOf(metered, late), nowMs);
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  state(metered: Metered, nowMs: number): LimitState | null {
    const bucket = this.#buckets.get(metered);
    const limit = this.#limits[LIMIT_OF[metered]];
    if (bucket === undefined || limit === null) return null;
    return { limit, remaining: Math.max(0, Math.floor(bucket.level(nowMs))), resetMs: bucket.fullMs(nowMs) };
  }
}
