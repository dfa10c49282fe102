import { fallbackKey, otherPlaces, type Params, type PlannedMember, type PlannedPlace } from "@composite-llm/contracts";
import { mayPassElsewhere } from "@composite-llm/core";
import type { Settled } from "./run-port.ts";
import type { WantedCall } from "./step-calls.ts";

/** Other places of a member's model. @param more parameters that the strategy adds to those of the plan */
export function placesOf(member: PlannedMember, more: Params | undefined): PlannedPlace[] {
  return otherPlaces(member).map((place) => ({ ...place, params: { ...place.params, ...more } }));
}

/** The same call at each other place of its model. */
export function callsElsewhere({ step, messages, places }: WantedCall): WantedCall[] {
  const { watched: _, hasFallback: _own, ...same } = step;
  return places.map(({ provider, model, params }, index) => {
    const elsewhere = { ...same, step: fallbackKey(step.step, index + 1), model, params };
    return {
      step: index < places.length - 1 ? { ...elsewhere, hasFallback: true } : elsewhere,
      provider,
      messages,
      places: [],
      isHedged: false,
    };
  });
}

/** Whether another place may answer what failed so far. What one provider says of the request itself, the next would say again. */
export function mayGoElsewhere(failed: readonly Settled[]): boolean {
  return failed.every(({ status, report }) => status === "failed" && report?.failure != null && mayPassElsewhere(report.failure));
}
