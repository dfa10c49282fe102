import type { PlantedFault } from "./planted-fault.ts";

/** Faults by which a run ends wrongly. */
export const END_FAULTS: readonly PlantedFault[] = [
  {
    name: "an older owner may finish",
    script: "finish",
    sound: "tonumber(meta[2]) ~= tonumber(ARGV[2])",
    faulty: "false",
  },
  {
    name: "a run ends twice",
    script: "finish",
    sound: "if is_terminal(meta[1]) then",
    faulty: "if false then",
  },
  {
    name: "commit speaks after the end",
    script: "commit",
    sound: "if not is_terminal(state) then",
    faulty: "if true then",
  },
  {
    name: "a run that nobody listens to is never cancelled",
    script: "detach",
    sound: "end_run('cancelled', 'error', ARGV[3], false)",
    faulty: "",
  },
  {
    name: "a grace goes on counting while somebody listens",
    script: "prelude",
    sound: "'WITHSCORES')[2]))\n  redis.call('HDEL', run_key(id), 'orphaned')",
    faulty: "'WITHSCORES')[2]))",
  },
  {
    name: "a run goes on although its keeper took that back",
    script: "detach",
    sound: "if by == ARGV[1] then wish = before end",
    faulty: "",
  },
  {
    name: "who keeps a run is not heard",
    script: "keep",
    sound: "redis.call('HSET', run, 'grace', -1, 'kept_by', ARGV[1] .. ' ' .. meta[2])",
    faulty: "",
  },
  {
    name: "one of two keepers takes back what the other relies on",
    script: "keep",
    sound: "elseif meta[3] and string.match(meta[3], '^%S+') ~= ARGV[1] then",
    faulty: "elseif false then",
  },
];
