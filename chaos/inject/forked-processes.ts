import { readFile } from "node:fs/promises";
import type { Arena } from "../arena/arena.ts";

interface Forked {
  /** Name of the worker that forked it. */
  worker: string;
  pid: number;
}

/** The processes that workers forked for a run or its calls in quarantine, by their logs, the latest of each worker last. */
export async function forkedFor({ stack }: Arena, run: string): Promise<Forked[]> {
  const forked: Forked[] = [];
  for (const { name, logFile } of stack.processes) {
    const lines = (await readFile(logFile, "utf8")).split("\n").filter((line) => line.includes('"alone with ') && line.endsWith("}"));
    for (const line of lines) {
      const { run: of, pid } = JSON.parse(line) as { run: string; pid: number };
      if (of === run) forked.push({ worker: name, pid });
    }
  }
  return forked;
}
