export type { Arena } from "./arena/arena.ts";
export { openArena } from "./arena/open-arena.ts";
export { EXPERIMENTS } from "./experiments/all-experiments.ts";
export { type ExperimentResult, runExperiment } from "./experiments/run-experiment.ts";
export { PLANTED_FAULTS } from "./planted/planted-faults.ts";
export { FEW_AT_ONCE, plantFault } from "./planted/plant-fault.ts";
