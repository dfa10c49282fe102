import type { PlantedFault } from "./planted-fault.ts";

/** Faults by which followers read something else than what is committed. */
export const STREAM_FAULTS: readonly PlantedFault[] = [
  {
    name: "append ignores the stream attempt",
    script: "append",
    sound: "if attempt ~= 0 then return { 'stale' } end",
    faulty: "",
  },
  {
    name: "append ignores the try",
    script: "append",
    sound: "or cell.try ~= try",
    faulty: "",
    seed: 3,
  },
  {
    name: "a new stream attempt begins without a reset",
    script: "prelude",
    sound: "if stream.attempt > 1 then emit",
    faulty: "if false then emit",
  },
  {
    name: "commit swallows what was not streamed",
    script: "commit",
    sound: "for index = 14, #ARGV do",
    faulty: "for index = 15, #ARGV do",
  },
  {
    name: "a stream is won by an attempt that nobody reads",
    script: "commit",
    sound: "attempt ~= 0 and attempt ~= stream.attempt",
    faulty: "false",
  },
  {
    name: "a call whose answer is kept is told to stop",
    script: "append",
    sound: "if is_kept then return { 'kept' } end",
    faulty: "",
  },
];
