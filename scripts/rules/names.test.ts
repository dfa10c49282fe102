import { globSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A file with such a name is one that nobody found a home for. */
const HOMELESS = /^(utils?|helpers?|common|types|manager|services?|misc|shared)$/;

function homeless(paths: readonly string[]): string[] {
  return paths.filter((path) =>
    path
      .replace(/(\.(test|contract|integration|e2e|d))*\.\w+$/, "")
      .split("/")
      .some((part) => HOMELESS.test(basename(part))),
  );
}

describe("names", () => {
  it("say what is in a file or folder", () => {
    const files = ["apps", "packages", "scripts", "bench", "chaos", "e2e"].flatMap((folder) =>
      globSync(`${folder}/**/*.{ts,tsx,mjs}`, { cwd: root }),
    );
    expect(homeless(files.filter((file) => !file.includes("node_modules/")))).toEqual([]);
  });

  it("are caught when they say nothing", () => {
    expect(homeless(["packages/core/src/utils.ts", "packages/core/src/helpers/a.test.ts", "packages/core/src/retry.ts"])).toHaveLength(2);
  });
});
