/**
 * Names under which stages and steps stand in the journal, in records and in responses. They are persisted: never rename one. `prefix` is the
 * step of the member that is itself a composite, with a `/` behind it; empty for the run's own steps.
 */
export function stageKey(prefix: string, name: string, layer: number): string {
  return `${prefix}${name}.${layer}`;
}

export function stepKey(prefix: string, name: string, layer: number, slot: number): string {
  return `${prefix}${name}.${layer}.${slot}`;
}

export function finalKey(prefix: string): string {
  return `${prefix}final`;
}

/** How many other places of its model a call may be made at. */
export const MAX_FALLBACKS = 8;

/** Under which a step is called at the n-th other place of its model, from 1: because the call before failed, or, at the first, was silent (a hedge). */
export function fallbackKey(step: string, place: number): string {
  return `${step}~${place}`;
}

/** Under which a step may be called, its own key first. */
export function callKeys(step: string): string[] {
  return [step, ...Array.from({ length: MAX_FALLBACKS }, (_, index) => fallbackKey(step, index + 1))];
}

/** The step that a call wins by a success, wherever it is made. */
export function wonStep(key: string): string {
  return key.replace(/~.*$/, "");
}

/** At which other place of its model a call is made: 0 at none. */
export function fallbackPlace(key: string): number {
  return Number(/~(\d+)$/.exec(key)?.[1] ?? 0);
}

/** Whether a step is the run's last call, also where that is one of a composite: `final`, `final/final`. */
export function isLastCall(step: string): boolean {
  return /^(?:final\/)*final$/.test(step);
}

/** Whether a stage is on the way of the run itself: not inside a member that runs beside others. */
export function isOnTheWay(stageName: string): boolean {
  return /^(?:final\/)*[^/]*$/.test(stageName);
}
