import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";

const VENDORS = ["anthropic", "openai-compatible"];
const SHARED = ["conformance", "exchange", "http"];

function filesOf(folder: string): string[] {
  return readdirSync(new URL(folder, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isFile() && (!entry.name.endsWith(".test.ts") || entry.name.endsWith(".contract.test.ts")))
    .map((entry) => entry.name)
    .toSorted();
}

describe("vendor folders", () => {
  it("are all known, so that none escapes the rules below", () => {
    const folders = readdirSync(new URL(".", import.meta.url), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map((folder) => folder.name).toSorted()).toEqual([...VENDORS, ...SHARED].toSorted());
  });

  it.each(VENDORS)("have the same files, the conformance suite among them: %s", (vendor) => {
    const files = filesOf(`./${vendor}/`);
    expect(files).toContain("conformance.contract.test.ts");
    expect(files).toEqual(filesOf(`./${VENDORS[0]}/`));
  });
});
