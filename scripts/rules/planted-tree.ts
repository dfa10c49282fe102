import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A tree with this repository's rules and somebody else's code. */
export interface PlantedTree {
  directory: string;
  /** Runs a tool of node_modules in the tree. */
  run(program: string, args: readonly string[]): Promise<{ failed: boolean; output: string }>;
  remove(): Promise<void>;
}

/**
 * Copies files of this repository, the rules under test among them, into a directory of its own and plants others there.
 *
 * @param copied paths below the root
 * @param planted content by path
 */
export async function plantTree(copied: readonly string[], planted: Readonly<Record<string, string>>): Promise<PlantedTree> {
  const directory = await mkdtemp(join(tmpdir(), "composite-rules-"));
  for (const path of copied) await cp(join(ROOT, path), join(directory, path), { recursive: true });
  for (const [path, content] of Object.entries(planted)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  await symlink(join(ROOT, "node_modules"), join(directory, "node_modules"));
  return {
    directory,
    run: (program, args) =>
      new Promise((resolve) => {
        const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", NO_COLOR: "1" };
        execFile(process.execPath, [join(ROOT, "node_modules", program), ...args], { cwd: directory, env }, (error, stdout, stderr) => {
          resolve({ failed: error !== null, output: `${stdout}\n${stderr}` });
        });
      }),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
