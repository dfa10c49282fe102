import { describe, expect, it } from "vitest";
import { substituteVariables } from "./substitute-variables.ts";

const env = { HOST: "example.org", EMPTY: "", NESTED: "${HOST}" };

describe("substituteVariables", () => {
  it.each([
    ["https://${HOST}/v1", "https://example.org/v1"],
    ["${HOST}${HOST}", "example.orgexample.org"],
    ["${MISSING:-fallback}", "fallback"],
    ["${EMPTY:-fallback}", "fallback"],
    ["${HOST:-fallback}", "example.org"],
    ["${MISSING:-}", ""],
    ["${MISSING:-http://127.0.0.1:4318}", "http://127.0.0.1:4318"],
    ["$${HOST}", "${HOST}"],
    ["$HOST and $5", "$HOST and $5"],
    ["${NESTED}", "${HOST}"],
  ])("turns %s into %s", (text, expected) => {
    expect(substituteVariables(text, env)).toMatchObject({ text: expected, unset: [], malformed: false });
  });

  it("names variables that have neither value nor default", () => {
    expect(substituteVariables("${A} ${EMPTY} ${B:-x}", env).unset).toEqual(["A", "EMPTY"]);
  });

  it.each(["${", "${}", "${1A}", "${A-b}", "a ${ b", "${HOST"])("notices that %s is no reference", (text) => {
    expect(substituteVariables(text, env).malformed).toBe(true);
  });
});
