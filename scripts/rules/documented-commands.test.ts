import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { findCommands } from "./find-commands.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));
const documents = ["*.md", "docs/**/*.md", "apps/*/*.md", "packages/*/*.md", "examples/**/*.md", "bench/*.md"]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .filter((file) => !file.includes("node_modules"));

function missing(markdown: string): string[] {
  return findCommands(markdown)
    .filter(({ target }) => ("script" in target ? !(target.script in manifest.scripts) : !existsSync(join(root, target.file))))
    .map(({ text }) => text);
}

describe("documents", () => {
  it.each(documents)("name only commands that exist: %s", (file) => {
    expect(missing(readFileSync(join(root, file), "utf8"))).toEqual([]);
  });

  it("are caught with a command that does not exist", () => {
    const planted =
      "Run `npm run nothing-of-the-kind`, then:\n\n```sh\nSMOKE=1 npm start\n$ node scripts/no-such-file.ts --fast\nnpm install\n```\n";
    expect(missing(planted)).toEqual(["npm run nothing-of-the-kind", "node scripts/no-such-file.ts --fast"].toReversed());
  });
});

describe("package.json", () => {
  it.each(Object.entries(manifest.scripts))("has a program behind %s", (_, command) => {
    const name = /^exec node scripts\/bootstrap\.mjs ([\w:-]+)/.exec(command)?.[1]?.replace(":", "-");
    const files = name === undefined ? [/^exec node (\S+)/.exec(command)?.[1] ?? ""] : [`scripts/${name}.ts`, `${name}/main.ts`];
    expect(files.filter((file) => existsSync(join(root, file)))).toHaveLength(1);
  });
});
