import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Arena } from "../arena/arena.ts";
import { until } from "../until.ts";

function fileOf(folder: string, name: string): string {
  return join(folder, `${name}.clock`);
}

/** Variables of a process whose clock can be set. */
export function clockVariables(folder: string, name: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=${new URL("./shifted-clock.ts", import.meta.url).href}`, CHAOS_CLOCK_FILE: fileOf(folder, name) };
}

/** The time in the last whole line that a process has logged. */
async function loggedMs(logFile: string): Promise<number> {
  const line = (await readFile(logFile, "utf8")).split("\n").findLast((one) => one.startsWith("{") && one.endsWith("}")) ?? "{}";
  return Date.parse((JSON.parse(line) as { time?: string }).time ?? "");
}

/** Sets the wall clock of a process wrong by so much, 0: right again; resolves when its log shows it. */
export async function shiftClock({ folder, stack }: Arena, name: string, shiftMs: number): Promise<void> {
  await writeFile(fileOf(folder, name), String(shiftMs));
  const { logFile } = stack.process(name);
  await until(`the clock of ${name}`, async () => Math.abs((await loggedMs(logFile)) - Date.now() - shiftMs) < 60_000);
}
