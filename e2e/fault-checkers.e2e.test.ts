import { type Arena, FEW_AT_ONCE, openArena, PLANTED_FAULTS, plantFault } from "@composite-llm/chaos";
import { createRandom } from "@composite-llm/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

let arena: Arena;

beforeAll(async () => {
  arena = await openArena({ limits: { concurrent: FEW_AT_ONCE } }, createRandom(1), (line) => console.log(line));
});
afterAll(() => arena.close());

describe("the invariants of the fault experiments", () => {
  it("hold where there is no fault", async () => {
    expect([...(await plantFault(arena, null))].filter(([, violations]) => violations.length > 0)).toEqual([]);
  });

  it.each(PLANTED_FAULTS.map((fault) => [fault.seenBy, fault.what, fault] as const))("%s sees %s", async (name, _, fault) => {
    expect((await plantFault(arena, fault)).get(name)).not.toEqual([]);
  });
});
