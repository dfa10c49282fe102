import { appendFileSync, closeSync, openSync } from "node:fs";

const FLUSH_MS = 25;

export interface LineFile {
  append(line: string): void;
  /** Everything appended is in the file when it returns. */
  flush(): void;
  close(): void;
}

/**
 * A file that lines are appended to, together every 25 ms: one write for many requests, and at most that much is lost by a
 * kill. The write is synchronous, so that order and the end of the process need no care.
 *
 * @throws the system's error when the file cannot be opened
 */
export function openLineFile(path: string): LineFile {
  const descriptor = openSync(path, "a");
  let buffered = "";
  let timer: NodeJS.Timeout | null = null;

  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (buffered === "") return;
    const text = buffered;
    buffered = "";
    appendFileSync(descriptor, text);
  };
  process.on("exit", flush);

  return {
    append(line) {
      buffered += `${line}\n`;
      timer ??= setTimeout(flush, FLUSH_MS);
    },
    flush,
    close() {
      flush();
      process.off("exit", flush);
      closeSync(descriptor);
    },
  };
}
