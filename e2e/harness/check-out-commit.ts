import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** The hash of a commit; null where there is no such commit, or no git. */
export function findCommit(revision: string): Promise<string | null> {
  return run("git", ["rev-parse", "--verify", "--quiet", `${revision}^{commit}`], { cwd: ROOT }).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

/** Puts the files of a commit into a new directory and installs their packages there. */
export async function checkOutCommit(commit: string, directory: string): Promise<void> {
  await mkdir(directory);
  const archive = join(directory, "..", `${commit}.tar`);
  await run("git", ["archive", "--output", archive, commit], { cwd: ROOT });
  await run("tar", ["--extract", "--file", archive, "--directory", directory]);
  const { packageManager } = JSON.parse(await readFile(join(directory, "package.json"), "utf8")) as { packageManager: string };
  await run("npx", ["-y", packageManager, "install", "--frozen-lockfile", "--prefer-offline"], { cwd: directory });
}
