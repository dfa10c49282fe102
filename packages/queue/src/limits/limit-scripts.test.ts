import { describe, expect, it } from "vitest";
import { inlineConstants, loadLimitScripts } from "./limit-scripts.ts";

describe("the texts of the limits' scripts", () => {
  it("have values in place of the names of constants, and keep their lines", () => {
    const text = "local ONE, TEXT = 1, '<dd'\nlocal two = ONE + ONE_MORE\nreturn TEXT, 'ONE '";
    expect(inlineConstants(text)).toBe("\nlocal two = 1 + ONE_MORE\nreturn '<dd', '1 '");
  });

  it("name no constant that nobody defined", () => {
    for (const [name, text] of Object.entries(loadLimitScripts())) {
      const code = text.replace(/--.*$/gm, "").replace(/'[^']*'/g, "");
      const defined = new Set([...code.matchAll(/local ([A-Z][A-Z0-9_, ]*) =/g)].flatMap((found) => (found[1] ?? "").split(", ")));
      const used = new Set([...code.matchAll(/\b[A-Z][A-Z0-9_]*\b/g)].map(([found]) => found));
      expect({ name, unknown: [...used].filter((one) => !defined.has(one) && !["KEYS", "ARGV"].includes(one)) }).toEqual({
        name,
        unknown: [],
      });
    }
  });
});
