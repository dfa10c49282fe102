import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** Whether a process with this id runs, ours or not. One that ended and was not yet taken note of by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  try {
    // The state stands behind the name, which is in parentheses and may hold anything.
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true; // No /proc on a Mac.
  }
}

/** How a process was started, as one line; empty when it is not there. */
export async function commandLineOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => null);
  if (line !== null) return line.replaceAll("\0", " ").trim();
  // No /proc on a Mac.
  const { stdout } = await promisify(execFile)("ps", ["-o", "command=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return stdout.trim();
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It went before the signal came.
  }
}

/** Waits for the end of a process that is not our child, and ends it by force when it is still there after `graceMs`. */
export async function outliveProcess(pid: number, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  while (isAlive(pid) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  if (isAlive(pid)) send(pid, "SIGKILL");
}

/** Ends a process that is not our child: gently, and by force when it is still there after `graceMs`. */
export function endProcess(pid: number, graceMs: number): Promise<void> {
  send(pid, "SIGTERM");
  return outliveProcess(pid, graceMs);
}
