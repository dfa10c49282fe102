import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
/** Kept between runs; pip's own cache makes it anew when it is gone. */
const CACHE = fileURLToPath(new URL("../../.state/python-client", import.meta.url));
const STAMP = "installed.txt";
const OLDEST_MINOR = 9;

/** A Python that has the official client, or why there is none. */
export type PythonClient = { python: string } | { missing: string };

/** The first Python 3.9 or newer on the PATH with what virtual environments need. */
async function findPython(): Promise<{ command: string; version: string } | null> {
  for (const command of ["python3", "python"]) {
    const question = "import sys, ensurepip, venv; print('%d.%d.%d' % sys.version_info[:3])";
    const { stdout } = await run(command, ["-c", question]).catch(() => ({ stdout: "" }));
    const [, version, minor] = /^(3\.(\d+)\.\d+)\s*$/.exec(stdout) ?? [];
    if (version !== undefined && Number(minor) >= OLDEST_MINOR) return { command, version };
  }
  return null;
}

/** Installs the official client into a virtual environment, unless an earlier run did. */
export async function installClient(): Promise<PythonClient> {
  const found = await findPython();
  if (found === null) return { missing: "there is no Python 3.9 or newer with venv here" };
  const python = join(CACHE, "bin", "python");
  const wanted = `${found.version}\n${await readFile(REQUIREMENTS, "utf8")}`;
  if ((await readFile(join(CACHE, STAMP), "utf8").catch(() => "")) === wanted) return { python };
  try {
    await mkdir(join(CACHE, ".."), { recursive: true });
    await rm(CACHE, { recursive: true, force: true });
    await run(found.command, ["-m", "venv", CACHE]);
    await run(python, ["-m", "pip", "install", "--quiet", "--only-binary=:all:", "--requirement", REQUIREMENTS]);
    await writeFile(join(CACHE, STAMP), wanted);
  } catch (error) {
    const { stderr = "" } = error as { stderr?: string };
    const reason =
      stderr
        .trim()
        .split("\n")
        .findLast((line) => line.startsWith("ERROR")) ?? String(error);
    return { missing: `the Python client could not be installed: ${reason.slice(0, 300)}` };
  }
  return { python };
}
