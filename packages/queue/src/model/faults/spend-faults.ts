import type { PlantedFault } from "./planted-fault.ts";

/** Faults by which spend is not recorded. */
export const SPEND_FAULTS: readonly PlantedFault[] = [
  {
    name: "what a late answer cost is forgotten",
    script: "commit",
    sound: "record(ARGV[9] .. status .. ARGV[10])\n-- A call",
    faulty: "if status ~= 'late' then record(ARGV[9] .. status .. ARGV[10]) end\n-- A call",
  },
  {
    name: "what a try cost is forgotten when its run is gone before the next",
    script: "begin",
    sound: "if ARGV[9] ~= '' and (",
    faulty: "if ARGV[9] ~= '' and state and (",
  },
  {
    name: "what a call cost is forgotten when its run is gone",
    script: "commit",
    sound: "record(ARGV[9] .. status .. ARGV[10])\n  return",
    faulty: "return",
  },
  {
    name: "what a call cost that was given up is forgotten",
    script: "lose",
    sound: "record(ARGV[6])",
    faulty: "",
  },
];
