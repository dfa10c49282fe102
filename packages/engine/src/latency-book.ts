/** What this process learned of how long calls take. */
export interface LatencyBook {
  observe(call: { provider: string; model: string; role: string }, latencyMs: number): void;
  /** The 95th percentile of the last calls; null while there are too few to say. */
  p95Ms(call: { provider: string; model: string; role: string }): number | null;
}

const KEPT = 100;
const ENOUGH = 10;
/** Models that are remembered; the one that was heard of longest ago goes first. */
const MODELS = 500;

export function createLatencyBook(): LatencyBook {
  const latencies = new Map<string, number[]>();
  const keyOf = ({ provider, model, role }: { provider: string; model: string; role: string }) => `${provider}/${model} ${role}`;
  return {
    observe: (call, latencyMs) => {
      const key = keyOf(call);
      const known = latencies.get(key) ?? [];
      latencies.delete(key);
      latencies.set(key, known);
      known.push(latencyMs);
      if (known.length > KEPT) known.shift();
      if (latencies.size > MODELS) latencies.delete(latencies.keys().next().value ?? "");
    },
    p95Ms: (call) => {
      const known = latencies.get(keyOf(call));
      if (known === undefined || known.length < ENOUGH) return null;
      const sorted = known.toSorted((left, right) => left - right);
      return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
    },
  };
}
