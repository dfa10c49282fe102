import type { ToolOutcome } from "../test/run-tool.ts";

/** A Python that can install packages, by itself or in a virtual environment. */
export interface Python {
  /** As it is started. */
  command: string;
  /** `3.11` */
  version: string;
  hasPip: boolean;
}

/** Runs a program to its end, collecting what it prints. */
export type RunProgram = (command: string, args: readonly string[]) => Promise<Pick<ToolOutcome, "code" | "output">>;

const OLDEST_MINOR = 10;

/** The plain name first: it is the one that the user chose. Then those that a system installs beside an older one. */
const COMMANDS = ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

const QUESTION = [
  "import importlib.util as i, sys",
  "print('python', *sys.version_info[:2], i.find_spec('pip') is not None, i.find_spec('ensurepip') is not None)",
].join("; ");

const ANSWER = /^python (\d+) (\d+) (True|False) (True|False)$/m;

/** A Python of version 3.10 or newer that has pip, or could have it in a virtual environment; null when there is none. */
export async function findPython(run: RunProgram): Promise<Python | null> {
  let second: Python | null = null;
  for (const command of COMMANDS) {
    const { code, output } = await run(command, ["-c", QUESTION]);
    const [, major, minor, pip, ensurepip] = (code === 0 ? ANSWER.exec(output) : null) ?? [];
    if (major !== "3" || Number(minor) < OLDEST_MINOR) continue;
    const python = { command, version: `${major}.${minor}`, hasPip: pip === "True" };
    if (python.hasPip) return python;
    if (ensurepip === "True") second ??= python;
  }
  return second;
}
