import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { DIRECTIVES } from "./directives.ts";

it("names every directive in the README", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const missing = [...DIRECTIVES.keys()].filter((name) => !new RegExp(`\`${name}[\`\\-[]`).test(readme));
  expect(missing).toEqual([]);
});
