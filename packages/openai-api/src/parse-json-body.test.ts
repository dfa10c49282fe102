import { ApiError } from "@composite-llm/core";
import { describe, expect, test } from "vitest";
import { parseJsonBody } from "./parse-json-body.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function refusalOf(body: Uint8Array): { param: string | null; message: string } {
  try {
    parseJsonBody(body);
  } catch (error) {
    if (error instanceof ApiError) return { param: error.body.param, message: error.message };
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a JSON body", () => {
  test("is parsed, with the last of two equal keys", () => {
    expect(parseJsonBody(bytes('{"model": "a", "model": "b", "n": 1.0}'))).toEqual({ model: "b", n: 1 });
  });

  test("may begin with a byte order mark", () => {
    expect(parseJsonBody(new Uint8Array([0xef, 0xbb, 0xbf, ...bytes("[1]")]))).toEqual([1]);
  });

  test("may hold __proto__ as a value or as part of a text", () => {
    const body = { messages: ["__proto__", 'says "__proto__": {}'] };
    expect(parseJsonBody(bytes(JSON.stringify(body)))).toEqual(body);
  });

  test.each([
    ["", null, /empty/],
    ["  \n", null, /empty/],
    ['{"model":', null, /not valid JSON/],
    ['{"a": {"__proto__": {"polluted": true}}}', null, /__proto__/],
    ['{"a": [{"\\u005f\\u005fproto__": 1}]}', null, /__proto__/],
    ['{"a": [{"__\\u0070roto__": 1}]}', null, /__proto__/],
    ['{"metadata": {"x": 1}, "messages": [{"n": 1}, {"big": 9007199254740993}]}', "messages[1].big", /2\^53/],
    ['{"temperature": 1e999}', "temperature", /too large/],
    [`{"tools": ${"[".repeat(200)}`, "tools[0][0][0][0][0]", /128 levels/],
    ["[".repeat(2_000_000), "[0][0][0][0][0][0]", /128 levels/],
  ])("is refused when it is %s", (text, param, message) => {
    const refusal = refusalOf(bytes(text));
    expect(refusal.param).toBe(param);
    expect(refusal.message).toMatch(message);
  });

  test("is refused when its UTF-8 is broken", () => {
    expect(refusalOf(new Uint8Array([...bytes('{"a": "'), 0xc3, 0x28, ...bytes('"}')])).message).toMatch(/UTF-8/);
    expect(refusalOf(new Uint8Array([...bytes('{"a": "'), 0xe2, 0x82])).message).toMatch(/UTF-8/);
  });
});
