import { describe, expect, it } from "vitest";
import { readYaml } from "./read-yaml.ts";

function problemsIn(text: string, env: Record<string, string> = {}) {
  return readYaml(text, env).problems.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
}

describe("readYaml", () => {
  it.each(["", "  \n\n", "# nothing but a comment\n", "---\n"])("takes an empty file (%j) as an empty mapping", (text) => {
    expect(readYaml(text, {})).toMatchObject({ value: {}, problems: [] });
  });

  it("reads values with variables put in", () => {
    const file = readYaml('a: "${X}"\nb: [1, "${Y:-2}"]\nc: { d: true }\n', { X: "x" });
    expect(file.value).toEqual({ a: "x", b: [1, "2"], c: { d: true } });
    expect([...file.substituted]).toEqual(["a", "b[1]"]);
    expect(file.used).toEqual([{ name: "X", value: "x" }]);
  });

  it("does not let a variable bring YAML of its own", () => {
    expect(readYaml("a: ${X}\n", { X: "1\nb: 2" }).value).toEqual({ a: "1\nb: 2" });
  });

  it.each([
    ["- a\n- b\n", "1:1  must be a mapping of keys to values"],
    ["just text", "1:1  must be a mapping of keys to values"],
    ["a: 1\na: 2\n", "2:1  is not valid YAML: Map keys must be unique"],
    ["a:\n\tb: 1\n", /^2:1 {2}is not valid YAML: .*[Tt]ab/],
    ["a: 1\n---\nb: 2\n", /^2:1 {2}is not valid YAML: .*multiple documents/],
    ["a: [1, 2\n", /is not valid YAML/],
    ["a: !!js/function 'x'\n", /is not valid YAML: Unresolved tag/],
    ["? [1, 2]\n: x\n", /is not valid YAML/],
    ["a: *nobody\n", /is not valid YAML: Unresolved alias/],
    ["<<: text\n", "1:1  is not valid YAML: Merge sources must be maps or map aliases"],
    ["a: { key: ${KEY} }\n", /a value with \$\{…\} inside/],
  ])("explains what is wrong with %j", (text, expected) => {
    const [first] = problemsIn(text);
    if (typeof expected === "string") expect(first).toBe(expected);
    else expect(first).toMatch(expected);
  });

  it("refuses anchors that grow without end", () => {
    const levels = Array.from({ length: 12 }, (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(", ")}]`);
    expect(problemsIn(`l0: &l0 [x]\n${levels.join("\n")}\n`)).toEqual(["1:1  repeats anchors more than 100 times"]);
  });

  it.each([200, 3_000, 20_000])("survives a nesting of %d levels", (levels) => {
    const problems = problemsIn(`a: ${"[".repeat(levels)}${"]".repeat(levels)}`);
    expect(problems).toEqual(levels === 200 ? [] : ["1:1  is nested too deeply"]);
  });

  it("reads anchors and merge keys of ordinary size", () => {
    const file = readYaml("base: &base { a: 1, b: 2 }\nmore: { <<: *base, b: 3 }\n", {});
    expect(file.value).toEqual({ base: { a: 1, b: 2 }, more: { a: 1, b: 3 } });
  });

  it("gives no way to an object's prototype", () => {
    const { value } = readYaml("__proto__: { polluted: true }\n", {});
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect("polluted" in value).toBe(false);
  });

  it("names every variable that is missing, with its place", () => {
    expect(problemsIn('a: "${ONE}"\nb:\n  - "${TWO} ${THREE}"\n')).toEqual([
      "1:4 a needs the environment variable ONE, which is not set and has no default",
      "3:5 b[0] needs the environment variable TWO and THREE, which is not set and has no default",
    ]);
  });

  it("lets a provider's key and address be missing", () => {
    const file = readYaml('providers:\n  azure: { base_url: "${URL}", keys: [{ key: "${KEY}" }] }\n', {});
    expect(file.problems).toEqual([]);
    expect(file.value).toEqual({ providers: { azure: { base_url: "", keys: [{ key: "" }] } } });
  });

  it("finds the place of a value, of a key, and of the nearest thing around what is missing", () => {
    const file = readYaml("a:\n  b: [1, { c: 2 }]\n", {});
    expect(file.problemAt(["a", "b", 1, "c"], "x")).toMatchObject({ line: 2, column: 15, path: "a.b[1].c" });
    expect(file.problemAt(["a", "b"], "x", "key")).toMatchObject({ line: 2, column: 3 });
    expect(file.problemAt(["a", "z", "y"], "x")).toMatchObject({ line: 1, column: 1, path: "a.z.y" });
    expect(file.problemAt(["q"], "x")).toMatchObject({ line: 1, column: 1 });
  });
});
