import { Secret } from "@composite-llm/core";
import { describe, expect, it } from "vitest";
import { parseEnvironment } from "./environment.ts";
import {
  choiceVariable,
  integerVariable,
  listVariable,
  portVariable,
  required,
  secretListVariable,
  secretVariable,
  textVariable,
  urlListVariable,
  urlVariable,
} from "./variable.ts";

describe("parseEnvironment", () => {
  it("reads every kind of variable", () => {
    const values = parseEnvironment(
      {
        host: textVariable("HOST", "127.0.0.1"),
        port: portVariable("PORT", 8080),
        concurrency: integerVariable("CONCURRENCY", { min: 1, max: 500 }, null),
        redisUrl: required(urlVariable("REDIS_URL", ["redis:", "rediss:"], null)),
        providers: listVariable("PROVIDERS"),
        operatorKey: secretVariable("OPERATOR_KEY"),
        apiKeys: secretListVariable("API_KEYS"),
        mode: choiceVariable("MODE", ["a", "b"], "a"),
      },
      {
        PORT: " 0 ",
        CONCURRENCY: "64",
        REDIS_URL: "redis://127.0.0.1:6379",
        PROVIDERS: "openai, ,anthropic",
        API_KEYS: "k1,k2",
        MODE: "b",
      },
    );
    expect(values).toMatchObject({ host: "127.0.0.1", port: 0, concurrency: 64, redisUrl: "redis://127.0.0.1:6379", mode: "b" });
    expect(values.providers).toEqual(["openai", "anthropic"]);
    expect(values.operatorKey).toBeNull();
    expect(values.apiKeys.map((key) => key.reveal())).toEqual(["k1", "k2"]);
    expect(values.apiKeys[0]).toBeInstanceOf(Secret);
  });

  it("takes a variable that is set to nothing as unset", () => {
    expect(parseEnvironment({ port: portVariable("PORT", 8080), key: secretVariable("KEY") }, { PORT: "", KEY: "  " })).toEqual({
      port: 8080,
      key: null,
    });
  });

  it("names every variable with a problem at once and never prints a value", () => {
    const schema = {
      port: portVariable("PORT", 1),
      url: urlVariable("URL", ["http:", "https:"], null),
      redis: required(textVariable("REDIS_URL", null)),
      mode: choiceVariable("MODE", ["a", "b"], null),
    };
    expect(() => parseEnvironment(schema, { PORT: "65536", URL: "ftp://hidden-value", MODE: "hidden-value" })).toThrow(
      "The environment is not usable: PORT must be a whole number from 0 to 65535; " +
        "URL must be a URL that begins with http:// or https://; REDIS_URL must be set; MODE must be one of a, b.",
    );
  });

  it.each([
    ["redis://one", ["redis://one"]],
    [" redis://b:6379 ,rediss://user:pass%2Cword@a/3,", ["redis://b:6379", "rediss://user:pass%2Cword@a/3"]],
  ])("reads %j as a list of URLs in their order", (text, urls) => {
    const { list } = parseEnvironment({ list: required(urlListVariable("LIST", ["redis:", "rediss:"])) }, { LIST: text });
    expect(list).toEqual(urls);
  });

  it.each([
    ["redis://one,http://two", "LIST must be a URL that begins with redis:// or rediss://, or several separated by commas."],
    [",", "LIST must be a URL that begins with redis:// or rediss://, or several separated by commas."],
    ["redis://one,redis://one", "LIST must not name the same URL twice."],
    ["", "LIST must be set."],
  ])("refuses %j as a list of URLs", (text, problem) => {
    const schema = { list: required(urlListVariable("LIST", ["redis:", "rediss:"])) };
    expect(() => parseEnvironment(schema, { LIST: text })).toThrow(`The environment is not usable: ${problem}`);
  });

  it.each(["1.5", "1e3", "0x10", "-1", "ten", "9".repeat(30)])("refuses %s as a port", (text) => {
    expect(() => parseEnvironment({ port: portVariable("PORT", 1) }, { PORT: text })).toThrow("PORT must be a whole number");
  });
});
