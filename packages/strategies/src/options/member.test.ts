import { describe, expect, it } from "vitest";
import { z } from "zod";
import { closedObject } from "./closed-object.ts";
import { expandMembers } from "./expand-members.ts";
import { memberList, memberOption } from "./member.ts";

const options = closedObject({ proposers: memberList("proposers"), aggregator: memberOption.optional() });

function problemsOf(value: unknown): { path: string; message: string }[] {
  const parsed = options.safeParse(value);
  return (parsed.error?.issues ?? []).map(({ path, message }) => ({ path: path.join("."), message }));
}

describe("a member list", () => {
  it("takes names and member objects", () => {
    expect(
      problemsOf({ proposers: ["openai/gpt-5", { model: "haiku", provider: "anthropic", count: 2, params: { temperature: 0.2 } }] }),
    ).toEqual([]);
  });

  it.each([
    ["nine names", Array.from({ length: 9 }, () => "a/b"), 9],
    ["a count that makes nine", ["a/b", { model: "a/c", count: 8 }], 9],
    ["no member at all", [], 0],
  ])("refuses %s and says how many slots it fills", (_, proposers, slots) => {
    const message = `\`proposers\` must fill 1 to 8 slots, counts included; it fills ${slots}`;
    expect(problemsOf({ proposers })).toEqual([{ path: "proposers", message }]);
  });

  it.each([0, -1, 1.5, 9, "2", null])("refuses a count of %j", (count) => {
    const [problem] = problemsOf({ proposers: [{ model: "a/b", count }] });
    expect(`${problem?.path}: ${problem?.message}`).toMatch(/^proposers\.0.*count/);
  });

  it.each([[""], [7], [null], [["a/b"]], [{}], [{ model: "" }]])("refuses %j as a member", (member) => {
    expect(problemsOf({ proposers: [member] })[0]?.path).toMatch(/^proposers\.0/);
  });

  it("names the known name that a member's misspelt one is nearest to", () => {
    const [problem] = problemsOf({ proposers: ["a/b", { model: "a/b", cout: 2 }] });
    expect(problem).toEqual({ path: "proposers.1", message: "unknown name `cout`, did you mean `count`?" });
  });

  it.each(["model", "messages", "stream", "n", "tools", "tool_choice"])("refuses %s among a member's parameters", (name) => {
    expect(JSON.stringify(problemsOf({ proposers: [{ model: "a/b", params: { [name]: 1 } }] }))).toContain(`\`${name}\` cannot be set`);
  });

  it("refuses a count for a final member, of which there is one", () => {
    const [problem] = problemsOf({ proposers: ["a/b"], aggregator: { model: "a/b", count: 2 } });
    expect(problem?.path).toBe("aggregator");
    expect(problem?.message).toContain("`count`");
  });

  it("refuses an unknown option and lists what is known when nothing is near", () => {
    expect(problemsOf({ proposers: ["a/b"], zzz: 1 })[0]?.message).toBe("unknown name `zzz`, known are proposers, aggregator");
  });

  it("can be written as a JSON Schema for editors", () => {
    const schema = JSON.stringify(z.toJSONSchema(options, { io: "input" }));
    expect(schema).toContain('"anyOf"');
    expect(schema).toContain('"additionalProperties":false');
  });
});

describe("expanding members", () => {
  it("gives every slot a member without a count, and the field that named it", () => {
    const named = expandMembers("proposers", ["a/b", { model: "a/c", count: 2, params: { top_p: 0.5 } }], { model: "base/model" });
    expect(named).toEqual([
      { member: { model: "a/b" }, field: "proposers[0]" },
      { member: { model: "a/c", params: { top_p: 0.5 } }, field: "proposers[1]" },
      { member: { model: "a/c", params: { top_p: 0.5 } }, field: "proposers[1]" },
    ]);
  });

  it("takes the base model three times when nobody is named", () => {
    const base = { member: { model: "base/model" }, field: "model" };
    expect(expandMembers("proposers", undefined, { model: "base/model" })).toEqual([base, base, base]);
  });
});
