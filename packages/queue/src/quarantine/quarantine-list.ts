import type { Quarantined } from "@composite-llm/contracts";
import { isRunId, type RunId } from "@composite-llm/core";
import type { Redis } from "ioredis";
import type { Keys } from "../run/run-keys.ts";
import type { RunScripts } from "../run/run-scripts.ts";
import { parseDeaths } from "./parse-deaths.ts";

/** What an operator sees of the quarantine. */
export interface QuarantineEntry extends Quarantined {
  /** The run's, or `<run>.<dispatch>` of a call. */
  id: string;
  run: RunId;
}

function parseId(id: string): { run: RunId; dispatch: string } | null {
  const [, run = "", dispatch = ""] = /^([^.]+)(?:\.(\d+))?$/.exec(id) ?? [];
  return isRunId(run) ? { run, dispatch } : null;
}

/** All that is in quarantine, the longest first. What is left of runs that expired is dropped on the way. */
export async function listQuarantine(commands: Redis, keys: Keys): Promise<QuarantineEntry[]> {
  const ids = await commands.zrange(keys.quarantine, "0", "-1");
  const entries = await Promise.all(
    ids.map(async (id) => {
      const named = parseId(id);
      const { run, dispatch } = named ?? { run: null, dispatch: "" };
      const text = run === null ? null : await readDeaths(commands, keys, run, dispatch);
      const found = parseDeaths(text, dispatch === "");
      if (run !== null && found !== null) return { id, run, ...found };
      await commands.zrem(keys.quarantine, id);
      return null;
    }),
  );
  return entries.filter((entry) => entry !== null);
}

function readDeaths(commands: Redis, keys: Keys, run: RunId, dispatch: string): Promise<string | null> {
  return dispatch === "" ? commands.hget(keys.run(run), "deaths") : commands.hget(keys.journal(run), `q:${dispatch}`);
}

/** Lets a run or a call out of quarantine; false when it is not in it. */
export async function pardon(scripts: RunScripts, id: string): Promise<boolean> {
  const named = parseId(id);
  return named !== null && (await scripts.pardon(named.run, named.dispatch))[0] === "ok";
}
