import type { Role } from "@composite-llm/contracts";
import type { LimitScripts } from "./limit-scripts.ts";

export interface Learned {
  inputRatio: number;
  outputP95: number | null;
}

/** What calls came to, read at most every second for each model and role. */
export interface LearnedCache {
  read(provider: string, model: string, role: Role): Promise<Learned>;
  /** The ratio that was last told for a model; 1 when none was. */
  lastRatio(provider: string, model: string): number;
}

const FRESH_MS = 1000;
const MOST_ENTRIES = 1000;
const NOTHING: Learned = { inputRatio: 1, outputP95: null };

export function createLearnedCache({ scripts, monotonicMs }: { scripts: LimitScripts; monotonicMs(): number }): LearnedCache {
  const known = new Map<string, { value: Learned; atMs: number }>();
  const ratios = new Map<string, number>();
  return {
    read: async (provider, model, role) => {
      const id = `${provider}/${model}/${role}`;
      const found = known.get(id);
      if (found !== undefined && monotonicMs() - found.atMs < FRESH_MS) return found.value;
      let value = found?.value ?? NOTHING;
      try {
        const [ratio, quantile] = await scripts.learned(provider, model, role);
        value = { inputRatio: Number(ratio), outputP95: quantile === "" ? null : Number(quantile) };
      } catch {
        // An estimate of yesterday does: who asks for room hears that Redis is out.
      }
      if (known.size >= MOST_ENTRIES) {
        known.clear();
        ratios.clear();
      }
      known.set(id, { value, atMs: monotonicMs() });
      ratios.set(`${provider}/${model}`, value.inputRatio);
      return value;
    },
    lastRatio: (provider, model) => ratios.get(`${provider}/${model}`) ?? 1,
  };
}
