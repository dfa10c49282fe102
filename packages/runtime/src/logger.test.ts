import { Secret } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { createLogger } from "./logger.ts";

function capture() {
  const lines: string[] = [];
  const logger = createLogger({ name: "example", level: "info", destination: { write: (line) => void lines.push(line) } });
  return { logger, lines, text: () => lines.join("") };
}

describe("createLogger", () => {
  it("writes one JSON object a line with the service's name and the time", () => {
    const { logger, lines } = capture();
    logger.child({ run: "r1" }).info({ step: "final" }, "called");
    logger.debug("not this one");
    expect(lines).toHaveLength(1);
    const line: unknown = JSON.parse(lines[0] ?? "");
    expect(line).toMatchObject({ level: "info", service: "example", pid: process.pid, run: "r1", step: "final", msg: "called" });
    expect(line).toHaveProperty("time", expect.stringMatching(/^\d{4}-.*Z$/));
  });

  it("never shows a Secret", () => {
    const { logger, text } = capture();
    logger.info({ value: new Secret("hidden-value"), deep: [{ value: new Secret("hidden-value") }] }, "configured");
    expect(text()).toContain("[secret]");
    expect(text()).not.toContain("hidden-value");
  });

  it.each([
    ["a header", { headers: { Authorization: "Bearer hidden-value" } }],
    ["a header deep inside", { a: { b: { c: { request: { headers: { "x-api-key": "hidden-value" } } } } } }],
    ["a list of keys", { api_keys: ["hidden-value", "other"] }],
    ["a value with quotes", { apiKey: 'hidden"hidden-value' }],
    ["a bearer token in JSON within a string", { body: JSON.stringify({ authorization: "Bearer hidden-value" }) }],
    ["a password in an address", { url: "redis://default:hidden-value@cache:6379/0" }],
    ["an error's message", { err: new Error("401 with key sk-hidden-value-123") }],
    ["an error's headers", { err: Object.assign(new Error("x"), { headers: { authorization: "Bearer hidden-value" } }) }],
  ])("hides a credential in %s", (_, line) => {
    const { logger, lines, text } = capture();
    logger.error(line, "failed");
    expect(text()).not.toContain("hidden-value");
    expect(() => JSON.parse(lines[0] ?? "") as unknown).not.toThrow();
  });

  it("leaves ordinary text alone", () => {
    const { logger, lines } = capture();
    const line = { model: "openai/gpt-5", url: "http://127.0.0.1:8080/v1?at=12:30", tokens: 12, note: "task-force, a key idea" };
    logger.info(line, "said");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject(line);
  });
});
