import { Secret } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import type { ProviderConnection } from "../provider.ts";
import { loadTarget } from "./target.ts";

const CONNECTION: ProviderConnection = {
  preset: "anthropic",
  wire: "anthropic",
  baseUrl: "https://api.example",
  apiKey: new Secret("key"),
  auth: "x-api-key",
};

describe("the target of a connection to the messages API", () => {
  it("names the SDK's API version and carries the key where it is looked for", async () => {
    const target = await loadTarget(CONNECTION);
    expect(target.url).toBe("https://api.example/v1/messages");
    expect(target.headers).toMatchObject({ "x-api-key": "key", "anthropic-version": "2026-10-21", "content-type": "application/json" });
    expect(target.headers).not.toHaveProperty("authorization");
    expect((await loadTarget({ ...CONNECTION, auth: "bearer" })).headers).toMatchObject({ authorization: "Bearer key" });
  });

  it("does without a key where there is none", async () => {
    const { headers } = await loadTarget({ ...CONNECTION, apiKey: null });
    expect(headers).not.toHaveProperty("authorization");
    expect(headers).not.toHaveProperty("x-api-key");
  });

  it("understands a base URL that ends with the version", async () => {
    expect((await loadTarget({ ...CONNECTION, baseUrl: "https://api.example/v1/" })).url).toBe("https://api.example/v1/messages");
  });
});
