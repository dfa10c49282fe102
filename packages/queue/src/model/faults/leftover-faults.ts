import type { PlantedFault } from "./planted-fault.ts";

/** Faults by which something is left behind, or goes on that nobody wants. */
export const LEFTOVER_FAULTS: readonly PlantedFault[] = [
  {
    name: "an end leaves cells open",
    script: "prelude",
    sound: "if kind == 'c:' then close_cell",
    faulty: "if false then close_cell",
  },
  {
    name: "a cancel leaves answers that were to be kept on their way",
    script: "prelude",
    sound: "target == 'cancelled' and 'kept' or nil",
    faulty: "nil",
  },
  {
    name: "nobody is told to abort",
    script: "prelude",
    sound: "tell(cell.inbox, ",
    faulty: "tell('', ",
  },
  {
    name: "a message brings the inbox of a dead process back",
    script: "prelude",
    sound: "'NOMKSTREAM', ",
    faulty: "",
  },
  {
    name: "a journal never expires",
    script: "intend",
    sound: "redis.call('PEXPIREAT', journal, ",
    faulty: "whole(",
  },
  {
    name: "a run that ended stays among the open ones",
    script: "prelude",
    sound: "redis.call('ZREM', open_runs, run_id)",
    faulty: "",
  },
  {
    name: "own brings a run back that is gone",
    script: "own",
    sound: "if not state then return { 'gone' } end",
    faulty: "",
  },
  {
    name: "a run never expires",
    script: "accept",
    sound: "redis.call('PEXPIRE', run, whole(total_deadline + ttl))",
    faulty: "",
  },
  {
    name: "the list of a caller's runs expires before them",
    script: "accept",
    sound: "if redis.call('PTTL', key) < total_deadline + ttl then",
    faulty: "if true then",
  },
  {
    name: "a listener never expires",
    script: "prelude",
    sound: "redis.call('PEXPIREAT', key, whole(redis.call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]))",
    faulty: "",
  },
  {
    name: "an end leaves its room taken",
    script: "prelude",
    sound: "redis.call('HDEL', needs, run_id)",
    faulty: "",
  },
  {
    name: "an erased run leaves its journal behind",
    script: "erase",
    sound: "redis.call('DEL', run, events, journal, listeners)",
    faulty: "redis.call('DEL', run, events, listeners)",
  },
  {
    name: "a stage leaves the calls that it goes on without",
    script: "release",
    sound: "close_cell(field, 'cancelled')",
    faulty: "",
  },
  {
    name: "the other of two calls goes on when one has won",
    script: "commit",
    sound: "then close_cell(other, 'cancelled') end",
    faulty: "then end",
  },
  {
    name: "a run that ended stays in quarantine",
    script: "prelude",
    sound: "redis.call('ZREM', quarantine, run_id)\n",
    faulty: "\n",
  },
  {
    name: "a run that is gone stays in quarantine",
    script: "revive",
    sound: "then redis.call('ZREM', quarantine, id) end",
    faulty: "then end",
    seed: 2,
  },
  {
    name: "an erased run leaves its jobs behind",
    script: "erase",
    sound: "if string.sub(field, 1, 2) == 'i:' then",
    faulty: "if false then",
  },
];
