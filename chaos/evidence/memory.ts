import { readFile } from "node:fs/promises";

async function statusLine(pid: number, name: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024) / 1e6;
}

/** The most memory that a running process ever occupied, in MB of 1,000,000 bytes. Only where there is /proc. */
export function peakMegabytes(pid: number): Promise<number> {
  return statusLine(pid, "VmHWM");
}

/** What it occupies now. */
export function residentMegabytes(pid: number): Promise<number> {
  return statusLine(pid, "VmRSS");
}
