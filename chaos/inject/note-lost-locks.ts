import { readFile } from "node:fs/promises";
import type { Arena } from "../arena/arena.ts";

const LOCK_MS = 5_000;

/** Notes where a caller was too busy to renew its locks: what it had in hand was taken up by others, as from one that is stopped. */
export async function noteLostLocks({ stack, disturbances }: Arena): Promise<void> {
  for (const { name, service, logFile } of stack.processes) {
    if (service !== "model-caller") continue;
    const lines = (await readFile(logFile, "utf8"))
      .split("\n")
      .filter((line) => line.includes("could not renew lock") && line.endsWith("}"));
    for (const line of lines) {
      const untilMs = Date.parse((JSON.parse(line) as { time: string }).time);
      disturbances.push({ kind: "busy", of: name, fromMs: untilMs - LOCK_MS, untilMs });
    }
  }
}
