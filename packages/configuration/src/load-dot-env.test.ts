import { describe, expect, it } from "vitest";
import { loadDotEnv } from "./load-dot-env.ts";

const text = '# comment\nA=from-file\nB="quoted value"\nexport C=3\nEMPTY=from-file\n';
const failing = (code: string) => () => Promise.reject(Object.assign(new Error("no"), { code }));

describe("loadDotEnv", () => {
  it("adds what the process has not set", async () => {
    const env = await loadDotEnv(".env", { A: "from-process", EMPTY: "" }, () => Promise.resolve(text));
    expect(env).toEqual({ A: "from-process", B: "quoted value", C: "3", EMPTY: "" });
  });

  it("adds nothing when there is no file", async () => {
    expect(await loadDotEnv(".env", { A: "1" }, failing("ENOENT"))).toEqual({ A: "1" });
  });

  it("says that the file cannot be read", async () => {
    await expect(loadDotEnv("/x/.env", {}, failing("EACCES"))).rejects.toThrow("The file /x/.env cannot be read (EACCES).");
  });
});
