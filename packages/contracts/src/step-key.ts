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

/** Under which the second call of a step is made, at another place of the same model. */
export function hedgeKey(step: string): string {
  return `${step}~1`;
}

/** The step that a call wins by a success: its own, and that of which it is the hedge. */
export function wonStep(key: string): string {
  return key.replace(/~.*$/, "");
}

/** Whether a step is the run's last call, also where that is one of a composite: `final`, `final/final`. */
export function isLastCall(step: string): boolean {
  return /^(?:final\/)*final$/.test(step);
}

/** Whether a stage is on the way of the run itself: not inside a member that runs beside others. */
export function isOnTheWay(stageName: string): boolean {
  return /^(?:final\/)*[^/]*$/.test(stageName);
}
