import { type ChildProcess, fork } from "node:child_process";
import { type FromIsolated, ISOLATED_ARGUMENTS, type ToIsolated } from "./isolated-process.ts";

/** How a job ended that was done in a process of its own. */
export type IsolatedEnd =
  | { kind: "done"; outcome: string }
  /** The process ended in the midst of it; `how` as `killed by SIGKILL`. */
  | { kind: "died"; how: string }
  /** The process could not be started, or could not do the job for a reason that is not the job's. */
  | { kind: "failed"; sentence: string };

/** Where jobs are done that might take others along: each in a process of its own, a few at a time. */
export interface Isolation {
  readonly isFull: boolean;
  /** Does a job that can be written as JSON. @param closing aborted when the process should hand it back */
  run(job: unknown, closing: AbortSignal): Promise<IsolatedEnd>;
}

export interface IsolationOptions {
  /** File that is started for a job. */
  entry: string;
  /** Processes at once. */
  most: number;
  /** One that says nothing for so long is stuck, and ended. */
  silentMs?: number;
}

const SILENT_MS = 10_000;
/** Until its first word it loads what it needs, which takes long on a busy machine. */
const STARTING_MS = 60_000;

function describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `ended with code ${code}` : `killed by ${signal}`;
}

function follow(child: ChildProcess, silentMs: number): Promise<IsolatedEnd> {
  return new Promise((resolve) => {
    let end: IsolatedEnd | null = null;
    let isStuck = false;
    const onSilence = (): void => {
      isStuck = true;
      child.kill("SIGKILL");
    };
    let silence = setTimeout(onSilence, STARTING_MS);
    child.on("message", (message: FromIsolated) => {
      clearTimeout(silence);
      if ("outcome" in message) end = { kind: "done", outcome: message.outcome };
      else if ("failed" in message) end = { kind: "failed", sentence: message.failed };
      silence = setTimeout(onSilence, silentMs);
    });
    child.once("error", (error) => {
      clearTimeout(silence);
      resolve({ kind: "failed", sentence: error.message });
    });
    child.once("exit", (code, signal) => {
      clearTimeout(silence);
      resolve(end ?? { kind: "died", how: isStuck ? `stuck for ${silentMs} ms` : describeEnd(code, signal) });
    });
  });
}

export function createIsolation({ entry, most, silentMs = SILENT_MS }: IsolationOptions): Isolation {
  let running = 0;
  return {
    get isFull() {
      return running >= most;
    },
    run: async (job, closing) => {
      running += 1;
      try {
        const child = fork(entry, [...ISOLATED_ARGUMENTS]);
        const send = (message: ToIsolated): void => {
          // One that died meanwhile is heard of by its exit.
          if (child.connected) child.send(message, () => undefined);
        };
        const onClosing = (): void => send({ end: true });
        closing.addEventListener("abort", onClosing);
        send({ job });
        if (closing.aborted) onClosing();
        const end = await follow(child, silentMs);
        closing.removeEventListener("abort", onClosing);
        return end;
      } finally {
        running -= 1;
      }
    },
  };
}
