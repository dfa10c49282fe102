import { createRandom } from "@composite-llm/core";
import { openArena } from "../arena/open-arena.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { gatherEvidence } from "../evidence/gather-evidence.ts";
import { untilQuiet } from "../evidence/until-quiet.ts";
import { INVARIANTS } from "../invariants/all-invariants.ts";
import type { Verdict } from "../invariants/verdict.ts";
import type { Experiment } from "./experiment.ts";

export interface ExperimentResult {
  experiment: Experiment;
  rounds: number;
  seed: number;
  tookMs: number;
  /** By the invariant's name, or by what the experiment demands. */
  verdicts: { name: string; verdict: Verdict }[];
  evidence: Evidence;
}

export interface RunOptions {
  seed: number;
  extent: "whole" | "subset";
  /** The experiment's own unless given. */
  rounds?: number;
  say(line: string): void;
}

/** Carries an experiment out in an arena of its own and judges what was seen. */
export async function runExperiment(experiment: Experiment, { seed, extent, rounds, say }: RunOptions): Promise<ExperimentResult> {
  const beganMs = performance.now();
  const count = rounds ?? (extent === "subset" ? 1 : experiment.rounds);
  const arena = await openArena(experiment.arena ?? {}, createRandom(seed + experiment.number), say);
  try {
    const faults: string[] = [];
    for (let round = 1; round <= count; round += 1) {
      await experiment.round(arena, extent).catch((error: unknown) => faults.push(error instanceof Error ? error.message : String(error)));
    }
    await untilQuiet(arena);
    const evidence = await gatherEvidence(arena);
    const verdicts = [
      { name: "it can be carried out", verdict: { figures: `${count - faults.length} of ${count} rounds`, violations: faults } },
      ...INVARIANTS.map(({ name, check }) => ({ name: name as string, verdict: check(evidence) })),
      ...(experiment.expectations ?? []).map(({ demands, check }) => ({ name: demands, verdict: check(evidence) })),
    ];
    return { experiment, rounds: count, seed, tookMs: performance.now() - beganMs, verdicts, evidence };
  } finally {
    await arena.close();
  }
}
