import { describe, expect, it } from "vitest";
import { cutBefore } from "./cut-before.ts";

const command = (...words: string[]) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;

describe("cutBefore", () => {
  it("finds where the command with the text begins", () => {
    const [first, second] = [command("SET", "a", "1"), command("SET", "b", "needle")];
    expect(cutBefore(Buffer.from(first + second), "needle")).toBe(first.length);
    expect(cutBefore(Buffer.from(second), "needle")).toBe(0);
    expect(cutBefore(Buffer.from(first), "needle")).toBe(-1);
  });
});
