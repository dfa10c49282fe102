import { open, stat } from "node:fs/promises";
import { isRecord } from "@composite-llm/core";

const LOOK_EVERY_MS = 500;
const MOST_BYTES = 256 * 1024;
const MOST_LINES = 3;

/** A log line's problem in words; null for a line that tells of none. */
export function problemOf(line: string): string | null {
  if (!line.includes('"level":"error"') && !line.includes('"level":"fatal"')) return null;
  try {
    const entry: unknown = JSON.parse(line);
    if (!isRecord(entry) || typeof entry["msg"] !== "string") return null;
    const error = entry["err"];
    const message = isRecord(error) && typeof error["message"] === "string" ? error["message"] : null;
    return message === null || message === entry["msg"] ? entry["msg"] : `${entry["msg"]}: ${message}`;
  } catch {
    return null;
  }
}

/** What was appended to a file since `offset`, without a last line that is not whole yet. */
async function readAppended(file: string, offset: number): Promise<{ lines: string[]; next: number }> {
  const { size } = await stat(file);
  if (size <= offset) return { lines: [], next: size };
  const from = Math.max(offset, size - MOST_BYTES);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    const whole = buffer.subarray(0, bytesRead).lastIndexOf("\n") + 1;
    return { lines: buffer.subarray(0, whole).toString().split("\n"), next: from + whole };
  } finally {
    await handle.close();
  }
}

/** Says the errors that services write into their logs, a few at a time. Stop it by what it returns. */
export function watchProblems(files: ReadonlyMap<string, string>, say: (line: string) => void): () => void {
  const offsets = new Map<string, number>();
  const look = async (name: string, file: string): Promise<void> => {
    const { lines, next } = await readAppended(file, offsets.get(name) ?? 0);
    offsets.set(name, next);
    const problems = lines.map((line) => problemOf(line)).filter((problem) => problem !== null);
    for (const problem of problems.slice(0, MOST_LINES)) say(`${name}: ${problem}`);
    if (problems.length > MOST_LINES) say(`${name}: ${problems.length - MOST_LINES} more problems in ${file}`);
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    // A log that cannot be read is no reason to end: the next look may find it.
    void Promise.allSettled([...files].map(([name, file]) => look(name, file))).then(() => (isLooking = false));
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
