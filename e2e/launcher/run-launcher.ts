import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROVIDER_PRESETS } from "@composite-llm/pricing";
import { vi } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PORTS = ["GATEWAY_PORT", "MOCK_PROVIDER_PORT", "ORCHESTRATOR_HEALTH_PORT", "MODEL_CALLER_HEALTH_PORT"];

/** A launcher that was started as `npm start` does, with free ports and a state folder of its own. */
export interface Launcher {
  /** Of the process that was started first; the launcher proper is its child. */
  child: ChildProcess;
  output(): string;
  /** Waits until the output has a match. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  exited: Promise<number | null>;
  /** What `.state/stack.json` says. */
  state(): Promise<{ pid: number; pids: Record<string, number>; urls: Record<string, string>; mode: string }>;
}

/** Variables that keep a developer's own settings and keys out, those of an `.env` file included. */
function cleanVariables(): Record<string, string> {
  const names = Object.values(PROVIDER_PRESETS).flatMap(({ keyVariable, baseUrlVariable }) => [keyVariable, baseUrlVariable]);
  const emptied = [...names, "API_KEYS", "OPERATOR_KEY", "COMPOSITE_CONFIG", "MOCK_PROVIDER_URL", "LOCAL_MODEL_URL", "REDIS_URL", "SMOKE"];
  return {
    ...Object.fromEntries(emptied.filter((name) => name !== null).map((name) => [name, ""])),
    ...Object.fromEntries(PORTS.map((name) => [name, "0"])),
  };
}

/** Starts the program of `npm start`, of another command, or npm itself, from a directory that is not the repository's. */
export function runLauncher(
  stateDirectory: string,
  env: Readonly<Record<string, string>> = {},
  byNpm = false,
  command: readonly string[] = ["start"],
): Launcher {
  const args = byNpm ? ["--prefix", ROOT, ...command] : [join(ROOT, "scripts", "bootstrap.mjs"), ...command];
  const child = spawn(byNpm ? "npm" : "node", args, {
    cwd: tmpdir(),
    env: { ...process.env, ...cleanVariables(), COMPOSITE_STATE_DIRECTORY: stateDirectory, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (output += data.toString()));
  return {
    child,
    output: () => output,
    shows: (pattern) =>
      vi.waitFor(
        () => {
          const match = pattern.exec(output);
          if (match === null) throw new Error(`${String(pattern)} is not in the output:\n${output}`);
          return match;
        },
        { timeout: 30_000, interval: 50 },
      ),
    exited: once(child, "close").then(([code]) => code as number | null),
    state: async () => JSON.parse(await readFile(join(stateDirectory, "stack.json"), "utf8")) as Awaited<ReturnType<Launcher["state"]>>,
  };
}
