/** Something that was done to a process, and how long it lasted. */
export interface Disturbance {
  kind: "killed" | "stopped" | "parted" | "down" | "frozen" | "busy";
  /** Name of the process, or `redis`. */
  of: string;
  fromMs: number;
  /** When it was undone. */
  untilMs: number;
}

/** How long after a disturbance a lock can be lost by it: the lock's time, the check for lost ones, and the time to take the job up. */
const AFTERMATH_MS = 12_000;

/** Whether a caller can have lost a call by it that was under way in this time. */
export function couldLoseCall({ of, kind, fromMs, untilMs }: Disturbance, startedMs: number, endedMs: number): boolean {
  const isSudden = kind === "killed" && of !== "redis";
  const isOfCall = of === "redis" || of.startsWith("model-caller");
  // The ledger writes the end of a request a moment after its caller died, and a commit follows the last byte.
  const [from, until] = [fromMs - 1_000, isSudden ? fromMs : untilMs + AFTERMATH_MS];
  return isOfCall && startedMs <= until && endedMs >= from;
}
