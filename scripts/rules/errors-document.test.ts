import { readFileSync } from "node:fs";
import { API_ERRORS } from "@composite-llm/core";
import { describe, expect, it } from "vitest";

const text = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

function sectionOf(code: string): string {
  return text.split(/^## /m).find((section) => section.startsWith(`\`${code}\`\n`)) ?? "";
}

describe("docs/errors.md", () => {
  it("has a section for every error code and for nothing else", () => {
    const documented = [...text.matchAll(/^## `(\w+)`$/gm)].map((match) => match[1] ?? "");
    expect(documented.toSorted()).toEqual(Object.keys(API_ERRORS).toSorted());
  });

  it.each(Object.entries(API_ERRORS))("gives %s its status, type, cause and fix", (code, { status, type, retry }) => {
    const row = text.split("\n").find((line) => line.startsWith(`| [\`${code}\`](#${code})`));
    expect(row).toContain(`| ${status} | \`${type}\` |`);
    const isRepeated = retry === false ? "not repeated" : [408, 409, 429].includes(status) || status >= 500 ? "yes" : "no";
    expect(row).toMatch(new RegExp(`\\| ${isRepeated} \\|$`));
    expect(sectionOf(code)).toMatch(/\*\*Cause:\*\* [A-Z][^]+\*\*Fix:\*\* [A-Z]/);
  });
});
