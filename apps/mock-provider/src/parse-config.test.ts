import { describe, expect, it } from "vitest";
import { parseConfig } from "./parse-config.ts";

describe("parseConfig", () => {
  it("has defaults for everything", () => {
    expect(parseConfig({})).toEqual({ host: "127.0.0.1", port: 8082, seed: 1, ledgerFile: null });
  });

  it("reads every variable", () => {
    const env = { MOCK_PROVIDER_HOST: "::1", MOCK_PROVIDER_PORT: "0", MOCK_SEED: "-7", MOCK_LEDGER_FILE: "/tmp/ledger.jsonl" };
    expect(parseConfig(env)).toEqual({ host: "::1", port: 0, seed: -7, ledgerFile: "/tmp/ledger.jsonl" });
  });

  it("names every variable with a problem at once", () => {
    expect(() => parseConfig({ MOCK_PROVIDER_PORT: "x", MOCK_SEED: "1.5" })).toThrow(/MOCK_PROVIDER_PORT.*MOCK_SEED/);
  });
});
