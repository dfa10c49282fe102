import { spawn } from "node:child_process";

export interface ToolOutcome {
  /** Null when it was ended by a signal. */
  code: number | null;
  /** Everything it printed, both streams as they came. */
  output: string;
  durationMs: number;
}

export interface Tool {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  directory: string;
  /** Whether its output goes to the terminal as it comes, and not only into the outcome. */
  isShown?: boolean;
  signal?: AbortSignal;
}

/** Runs a program to its end. A program that cannot be started counts as failed, with the reason as its output. */
export function runTool({ command, args, env, directory, isShown = false, signal }: Tool): Promise<ToolOutcome> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, [...args], { cwd: directory, env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const end = (code: number | null): void => resolve({ code, output, durationMs: performance.now() - startedMs });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => {
        output += data.toString();
        if (isShown) process.stdout.write(data);
      });
    }
    child.on("error", (error) => {
      output += error.message;
      end(1);
    });
    child.on("close", (code) => end(code));
    const stop = (): void => void child.kill("SIGTERM");
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}
