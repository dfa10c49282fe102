import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** Memory that a running process really occupies, in MB of 1,000,000 bytes. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => null);
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? "")?.[1] ?? (await askPs(pid));
  return Math.round((Number(kibibytes) * 1024) / 1e5) / 10;
}

/** No /proc on a Mac. */
async function askPs(pid: number): Promise<string> {
  return (await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)])).stdout.trim();
}
