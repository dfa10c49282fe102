import type { Arena, ArenaOptions } from "../arena/arena.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Verdict } from "../invariants/verdict.ts";

/** What an experiment demands beyond the invariants. */
export interface Expectation {
  demands: string;
  check(evidence: Evidence): Verdict;
}

export interface Experiment {
  number: number;
  name: string;
  /** In words, for the report. */
  load: string;
  injected: string;
  arena?: ArenaOptions;
  /** One round is one injection of each kind under the load; how many there are at full length. */
  rounds: number;
  /** Only for those that do a part of it in the subset of `npm test`. */
  inSubset?: boolean;
  /** Injects once; leaves what the clients saw in `arena.clients`. */
  round(arena: Arena, extent: "whole" | "subset"): Promise<void>;
  expectations?: readonly Expectation[];
}
