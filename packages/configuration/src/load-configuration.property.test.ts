import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { ConfigurationError } from "./configuration-problem.ts";
import { loadText, MOCK_URL } from "./fixtures/load-text.ts";

const example = readFileSync(new URL("../../../composite.example.yaml", import.meta.url), "utf8");
const SECRET = "hidden-9f8e7d6c5b4a";
const env = { MOCK_PROVIDER_URL: MOCK_URL, OPENAI_API_KEY: SECRET, MINE: SECRET };

async function isHandled(text: string): Promise<void> {
  const outcome: unknown = await loadText(text, env).catch((error: unknown) => error);
  if (!(outcome instanceof Error)) return;
  expect(outcome).toBeInstanceOf(ConfigurationError);
  expect(outcome.message).not.toContain(SECRET);
}

/** Values of every kind at keys that exist, so that they get past the first check. */
const known = fc.constantFrom(
  "preset",
  "keys",
  "key",
  "name",
  "extends",
  "base_url",
  "limits",
  "concurrent",
  "strategy",
  "model",
  "stages",
  "locked",
);
const leaf = fc.oneof(
  fc.constantFrom("${MINE}", "openai", "moa", "openai/gpt-5", "", "${", "https://x", "24h", "__proto__", "constructor"),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(known, fc.string({ maxLength: 5 })), tie("tree"), { maxKeys: 4 }),
  ),
}));
const sections = [
  "server",
  "api_keys",
  "providers",
  "models",
  "strategies",
  "defaults",
  "profiles",
  "tools",
  "webhooks",
  "capture",
  "telemetry",
];

describe("any file", () => {
  it("is either used or refused with its problems, whatever was cut out of it or put into it", async () => {
    const edit = fc.tuple(
      fc.nat(example.length),
      fc.nat(30),
      fc.constantFrom("", " ", "\n", "\t", "-", ":", "{", "}", "[", "&a ", "*a ", "${MINE}", "null", "'", '"', "<<: "),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        await isHandled(edits.reduce((text, [at, length, inserted]) => text.slice(0, at) + inserted + text.slice(at + length), example));
      }),
      { numRuns: 60 },
    );
  });

  it("is either used or refused with its problems, whatever values its keys have", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...sections), tree, { maxKeys: 4 }), async (content) => {
        await isHandled(stringify({ version: 1, ...content }));
      }),
      { numRuns: 150 },
    );
  });
});
