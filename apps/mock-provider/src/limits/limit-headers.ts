import type { RateLimits } from "../wires/wire.ts";
import type { PacedClock } from "../pace/paced-clock.ts";
import type { LimitStates } from "./limit-desk.ts";
import type { LimitSettings } from "./limit-settings.ts";
import { METERED } from "./scope-counter.ts";

/** States as the wires write them; times in the caller's, which is real. */
export function toRateLimits(states: LimitStates, clock: PacedClock): RateLimits {
  const limits: RateLimits = {};
  for (const metered of METERED) {
    const state = states[metered];
    if (state === undefined) continue;
    limits[metered] = { ...state, resetSeconds: Math.round(clock.toRealMs(state.resetMs)) / 1000 };
  }
  return limits;
}

/** When a refused request may come again, in the form that was asked for; nothing when nobody can tell. */
export function toRetryHeaders(waitMs: number | null, form: LimitSettings["retry_after"], clock: PacedClock): Record<string, string> {
  if (waitMs === null || form === "none") return {};
  const realMs = clock.toRealMs(waitMs);
  if (form === "ms") return { "retry-after-ms": String(Math.ceil(realMs)) };
  // Dates have whole seconds: the next but one is never too early.
  return { "retry-after": form === "seconds" ? String(Math.ceil(realMs / 1000)) : new Date(clock.now() + realMs + 1000).toUTCString() };
}
