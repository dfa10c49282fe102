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
