import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { PLANTED_FAULTS } from "./planted-faults.ts";

const folder = fileURLToPath(new URL("../../packages/queue/src", import.meta.url));
const scripts = globSync(`${folder}/{lua,limits/lua}/*.lua`).map((file) => readFileSync(file, "utf8"));

describe("planted faults", () => {
  it.each(PLANTED_FAULTS.flatMap(({ what, rewritings }) => rewritings.map(({ from }) => [what, from] as const)))(
    "change a piece of a script that is there: %s",
    (_, from) => {
      // Those of BullMQ's own scripts are not ours to look for.
      if (!from.includes("rcall(")) expect(scripts.some((text) => text.includes(from))).toBe(true);
    },
  );
});
