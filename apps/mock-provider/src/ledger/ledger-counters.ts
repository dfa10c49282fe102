import type { LedgerRecord } from "./ledger-record.ts";

export interface ModelStats {
  total: number;
  inFlight: number;
  maxInFlight: number;
}

export interface LedgerStats extends ModelStats {
  completed: number;
  aborted: number;
  error: number;
  bytesSent: number;
  billed: { input: number; output: number };
  models: Record<string, ModelStats>;
}

function begin(stats: ModelStats): void {
  stats.total += 1;
  stats.inFlight += 1;
  stats.maxInFlight = Math.max(stats.maxInFlight, stats.inFlight);
}

/** Counts requests, over all and by model. */
export class LedgerCounters {
  #all: Omit<LedgerStats, "models"> = LedgerCounters.#nothing();
  #models = new Map<string, ModelStats>();

  static #nothing(): Omit<LedgerStats, "models"> {
    return { total: 0, inFlight: 0, maxInFlight: 0, completed: 0, aborted: 0, error: 0, bytesSent: 0, billed: { input: 0, output: 0 } };
  }

  #model(name: string | null): ModelStats {
    const key = name ?? "";
    const known = this.#models.get(key) ?? { total: 0, inFlight: 0, maxInFlight: 0 };
    this.#models.set(key, known);
    return known;
  }

  start(model: string | null): void {
    begin(this.#all);
    begin(this.#model(model));
  }

  end({ model, outcome, bytesSent, billed }: LedgerRecord): void {
    this.#all.inFlight -= 1;
    this.#all[outcome] += 1;
    this.#all.bytesSent += bytesSent;
    this.#all.billed.input += billed.input;
    this.#all.billed.output += billed.output;
    this.#model(model).inFlight -= 1;
  }

  /** Forgets everything but what is in flight. */
  reset(): void {
    const { inFlight } = this.#all;
    this.#all = { ...LedgerCounters.#nothing(), inFlight, maxInFlight: inFlight };
    const flying = [...this.#models].filter(([, stats]) => stats.inFlight > 0);
    this.#models = new Map(flying.map(([name, stats]) => [name, { total: 0, inFlight: stats.inFlight, maxInFlight: stats.inFlight }]));
  }

  toStats(): LedgerStats {
    return structuredClone({ ...this.#all, models: Object.fromEntries(this.#models) });
  }
}
