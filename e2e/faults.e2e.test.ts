import { EXPERIMENTS, runExperiment } from "@composite-llm/chaos";
import { describe, expect, it } from "vitest";

/** Another one is drawn for each run of the tests, and printed, so that a failure can be had again. */
const seed = Number(process.env["CHAOS_SEED"] ?? Math.floor(Date.now() / 1000) % 100_000);

describe(`fault experiments in short, with CHAOS_SEED=${seed}`, () => {
  it.each(EXPERIMENTS.filter(({ inSubset }) => inSubset === true).map((experiment) => [experiment.name, experiment] as const))(
    "%s keeps every promise",
    async (_, experiment) => {
      const { verdicts } = await runExperiment(experiment, { seed, extent: "subset", say: () => undefined });
      expect(verdicts.flatMap(({ name, verdict }) => verdict.violations.map((violation) => `${name}: ${violation}`))).toEqual([]);
    },
  );
});
