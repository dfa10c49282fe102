import { inspect } from "node:util";
import { expect, it } from "vitest";
import { Secret } from "./secret.ts";

it("a secret shows itself to nobody who does not ask by name", () => {
  const secret = new Secret("sk-very-secret");
  for (const shown of [String(secret), JSON.stringify({ secret }), inspect({ secret })]) expect(shown).not.toContain("very");
  expect(secret.reveal()).toBe("sk-very-secret");
});
