import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { builtInPlanners } from "./built-in-planners.ts";
import { commonOptions } from "./options/common-options.ts";
import { isRecord } from "@composite-llm/core";

const page = await readFile(new URL("../../../docs/strategies.md", import.meta.url), "utf8");

function block(name: string): string | undefined {
  return new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`).exec(page)?.[1]?.trim();
}

/** The documentation of a schema's options: what the page must say. */
function toTable(schema: z.ZodType): string {
  const { properties } = z.toJSONSchema(schema, { io: "input" });
  const rows = Object.entries(properties ?? {}).map(([name, option]) => {
    const { description, default: standard } = isRecord(option) ? option : {};
    const shown = standard === undefined ? "–" : `\`${JSON.stringify(standard)}\``;
    return `| \`${name}\` | ${shown} | ${String(description).replaceAll("|", "\\|")} |`;
  });
  return rows.length === 0 ? "It has no options of its own." : ["| option | default | |", "|---|---|---|", ...rows].join("\n");
}

describe("docs/strategies.md", () => {
  it.each(Object.values(builtInPlanners))("describes $name and its options as the code does", ({ name, description, options }) => {
    expect(block(`strategy:${name}`)).toBe(description);
    expect(block(`options:${name}`)).toBe(toTable(options));
  });

  it("describes the common options and the policy of a stage as the code does", () => {
    expect(block("options:common")).toBe(toTable(commonOptions));
    const policy = commonOptions.shape.stages.unwrap().valueType;
    expect(block("options:stage")).toBe(toTable(policy));
  });

  it("names every stage of every strategy", () => {
    const base = { model: "a/b" };
    for (const { name, options, plan, stageNames } of Object.values(builtInPlanners)) {
      const section = page.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? "";
      const { stages } = plan({ options: options.parse({}), base });
      for (const stage of [...stages.map((planned) => planned.name), ...(stageNames ?? []), "final"])
        expect(section).toContain(`\n| ${stage} |`);
    }
  });

  it("shows the example as it stands in its file", async () => {
    const source = await readFile(new URL("../../../examples/strategies/second-look.ts", import.meta.url), "utf8");
    expect(block("example")).toBe(`\`\`\`ts\n${source.trim()}\n\`\`\``);
  });
});
