import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** Whether a process with this id is there, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
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

/** Ends a process that is not our child: gently, and by force when it is still there after `graceMs`. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  const send = (signal: NodeJS.Signals): void => {
    try {
      process.kill(pid, signal);
    } catch {
      // It went before the signal came.
    }
  };
  send("SIGTERM");
  while (isAlive(pid) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  if (isAlive(pid)) send("SIGKILL");
}
