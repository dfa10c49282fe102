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

/** Whether a step is the run's last call, also where that is one of a composite: `final`, `final/final`. */
export function isLastCall(step: string): boolean {
  return /^(?:final\/)*final$/.test(step);
}

/** Whether a stage is on the way of the run itself: not inside a member that runs beside others. */
export function isOnTheWay(stageName: string): boolean {
  return /^(?:final\/)*[^/]*$/.test(stageName);
}
