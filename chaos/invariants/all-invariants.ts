import { allRecorded } from "./all-recorded.ts";
import { nothingHeld } from "./nothing-held.ts";
import { nothingLeft } from "./nothing-left.ts";
import { nothingTwice } from "./nothing-twice.ts";
import { oneTerminalState } from "./one-terminal-state.ts";
import { swiftRecovery } from "./swift-recovery.ts";
import type { Invariant } from "./verdict.ts";
import { wholeText } from "./whole-text.ts";
import { withinLimits } from "./within-limits.ts";

export const INVARIANTS: readonly Invariant[] = [
  oneTerminalState,
  nothingTwice,
  wholeText,
  withinLimits,
  nothingHeld,
  nothingLeft,
  swiftRecovery,
  allRecorded,
];
