import { expect, it } from "vitest";
import { scrubEnvironment } from "./scrub-environment.ts";

it("takes provider keys and our own settings out of the environment, and leaves the rest", () => {
  const env = {
    PATH: "/bin",
    REDIS_URL: "redis://127.0.0.1:6379",
    OPENAI_API_KEY: "a",
    ANTHROPIC_API_KEY: "b",
    AZURE_OPENAI_BASE_URL: "c",
    COMPOSITE_CONFIG: "d",
    GATEWAY_PORT: "1",
    API_KEYS: "e",
  };
  expect(scrubEnvironment(env)).toEqual({ PATH: "/bin", REDIS_URL: "redis://127.0.0.1:6379" });
});
