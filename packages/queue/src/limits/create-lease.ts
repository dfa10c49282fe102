import type { RedisClock } from "../redis/redis-clock.ts";
import { type HeldLease, type HeldLeases, LEASE_MS } from "./held-leases.ts";
import type { LimitScripts } from "./limit-scripts.ts";
import type { Ask, CallSettlement, Lease } from "./limits-desk.ts";
import type { Looks } from "./looks.ts";
import { settlementKind, toBlockMs, toHeaderFacts, toUsedTokens } from "./observed-limits.ts";

export interface GrantedLease {
  ask: Ask;
  key: string;
  id: string;
  /** Redis times: when room was taken, and when this process was given it. */
  grantedAtMs: number;
  givenAtMs: number;
  waitedMs: number;
  /** When it was asked for, by the monotonic clock. */
  askedAtMs: number;
  /** Learned ratio in the estimate. */
  inputRatio: number;
  scripts: LimitScripts;
  held: HeldLeases;
  looks: Looks;
  clock: RedisClock;
  monotonicMs(): number;
  onError(error: Error): void;
}

/** After this time a lease that was given may be out of date when something is sent: the process stood still, or the network did. */
const STALE_MS = 250;
const RETRY_MS = 200;

const SILENCE = { requests: null, inputTokens: null, outputTokens: null, tokens: null };

/** A lease that is kept until it is settled. */
export function createLease(granted: GrantedLease): Lease {
  const { ask, scripts, held, looks, monotonicMs } = granted;
  const { provider, model, role } = ask;
  const own: HeldLease = {
    provider,
    key: granted.key,
    model,
    id: granted.id,
    endsAtMs: granted.askedAtMs + LEASE_MS,
    lost: new AbortController(),
  };
  held.add(own);
  let isSettled = false;

  const send = async (end: CallSettlement): Promise<void> => {
    const observed = end.kind === "unsent" ? SILENCE : end.observed;
    const { caps, restMs } = toHeaderFacts(observed);
    const blockMs = end.kind === "failed" ? toBlockMs(end.retryAfterMs, observed) : null;
    const kind = settlementKind(end, end.kind === "failed" ? toBlockMs(end.retryAfterMs, SILENCE) : null);
    const { inputTokens, outputTokens } = ask.estimate;
    const counted = inputTokens / granted.inputRatio;
    const [input, output] = toUsedTokens(end, ask);
    const [, , lookMs, jobs] = await scripts.settle(
      provider,
      granted.id,
      granted.key,
      model,
      role,
      granted.grantedAtMs,
      inputTokens,
      outputTokens,
      kind,
      input,
      output,
      blockMs ?? -1,
      counted,
      ...caps,
      restMs,
    );
    looks.follow(provider, lookMs, jobs);
  };

  return {
    key: granted.key,
    waitedMs: granted.waitedMs,
    lost: own.lost.signal,
    isStale: () => granted.clock.now() - granted.givenAtMs > STALE_MS,
    leftMs: () => own.endsAtMs - monotonicMs(),
    settle: async (end) => {
      if (isSettled) return;
      isSettled = true;
      held.remove(own);
      for (;;) {
        try {
          await send(end);
          return;
        } catch (error) {
          granted.onError(error as Error);
          // A lease that ended by itself has nothing to give back.
          if (monotonicMs() >= own.endsAtMs) return;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    },
  };
}
