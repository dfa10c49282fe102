import { createRandom } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { makeInstance } from "./schema-instance.ts";

function instanceOf(schema: unknown, seed = 1): unknown {
  return makeInstance(schema, { root: schema, random: createRandom(seed), text: "[simulated m] text" });
}

const recursive = z.object({
  name: z.string(),
  get children() {
    return z.array(recursive);
  },
});

describe("makeInstance", () => {
  it.each<[string, z.ZodType]>([
    ["an object with optional and nullable parts", z.object({ a: z.string(), b: z.number().optional(), c: z.boolean().nullable() })],
    ["nested arrays of objects", z.object({ rows: z.array(z.object({ cells: z.array(z.int()).min(3) })).max(1) })],
    ["enums, literals and unions", z.object({ kind: z.enum(["x", "y"]), two: z.literal(2), either: z.union([z.string(), z.number()]) })],
    [
      "bounded numbers",
      z.object({
        share: z.number().min(0).max(1),
        above: z.number().gt(3),
        whole: z.int().gt(-5).lt(-2),
        step: z.number().multipleOf(0.25).min(7),
      }),
    ],
    [
      "bounded strings and formats",
      z.object({ short: z.string().max(5), long: z.string().min(40), at: z.iso.datetime(), id: z.uuid(), mail: z.email(), link: z.url() }),
    ],
    ["a tuple", z.tuple([z.string(), z.number()])],
    ["a record", z.record(z.string(), z.number())],
    ["a recursive object", recursive],
    ["an intersection", z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() }))],
    ["anything", z.object({ any: z.unknown() })],
  ])("fits %s", (_, schema) => {
    const json = z.toJSONSchema(schema);
    for (let seed = 0; seed < 20; seed += 1) expect(schema.safeParse(instanceOf(json, seed)).error).toBeUndefined();
  });

  it("begins strings with the given text and draws the same for the same seed", () => {
    const schema = z.toJSONSchema(z.object({ a: z.string(), b: z.number() }));
    expect(instanceOf(schema)).toMatchObject({ a: "[simulated m] text" });
    expect(instanceOf(schema, 5)).toEqual(instanceOf(schema, 5));
  });

  it("ends for a schema that refers to itself without end", () => {
    const endless = { $ref: "#" };
    expect(instanceOf(endless)).toBeNull();
    expect(instanceOf({ type: "object", properties: { self: { $ref: "#" } }, required: ["self"] })).toBeTypeOf("object");
  });
});
