import { expect, it } from "vitest";
import { replaceSection, toMarkdown } from "./to-markdown.ts";

it("shows what was measured, and which goals were missed", () => {
  const text = toMarkdown({
    title: "Known limits",
    setting: "Four processes.",
    tables: [{ head: ["arm", "use"], rows: [["a", "97 %"]] }],
    goals: [
      { text: "≥ 97 %", figure: "97.2 %", isMet: true },
      { text: "0 over", figure: "3", isMet: false },
    ],
  });
  expect(text).toBe(
    "### Known limits\n\nFour processes.\n\n| arm | use |\n|---|---|\n| a | 97 % |\n\n| goal | measured | reached |\n|---|---|---|\n| ≥ 97 % | 97.2 % | yes |\n| 0 over | 3 | **no** |",
  );
});

it("replaces what stands between the marks and nothing else", () => {
  const document = "# A\n<!-- bench:limits -->\nold\n<!-- /bench:limits -->\nend\n";
  expect(replaceSection(document, "new")).toBe("# A\n<!-- bench:limits -->\n\nnew\n\n<!-- /bench:limits -->\nend\n");
  expect(() => replaceSection("# A", "new")).toThrow("lacks");
});
