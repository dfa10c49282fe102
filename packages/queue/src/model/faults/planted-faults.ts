import { DECISION_FAULTS } from "./decision-faults.ts";
import { END_FAULTS } from "./end-faults.ts";
import { LEFTOVER_FAULTS } from "./leftover-faults.ts";
import { SPEND_FAULTS } from "./spend-faults.ts";
import { STREAM_FAULTS } from "./stream-faults.ts";
import type { PlantedFault } from "./planted-fault.ts";

/** At least one for each script. */
export const PLANTED_FAULTS: readonly PlantedFault[] = [
  ...END_FAULTS,
  ...DECISION_FAULTS,
  ...STREAM_FAULTS,
  ...LEFTOVER_FAULTS,
  ...SPEND_FAULTS,
];
