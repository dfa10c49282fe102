import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { problemOf, watchProblems } from "./watch-problems.ts";

let directory = "";
let stop = (): void => undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "composite-logs-"));
});

afterEach(async () => {
  stop();
  await rm(directory, { recursive: true, force: true });
});

function line(level: string, msg: string, err?: { message: string }): string {
  return `${JSON.stringify({ level, msg, err })}\n`;
}

describe("watchProblems", () => {
  it("says the errors of a log once each, and no more than a few at a time", async () => {
    const file = join(directory, "gateway.log");
    const said: string[] = [];
    stop = watchProblems(new Map([["gateway", file]]), (text) => void said.push(text));
    await appendFile(
      file,
      line("info", "listening") + line("error", "one") + line("error", "two") + line("error", "three") + line("fatal", "four"),
    );
    await vi.waitFor(() => expect(said).toHaveLength(4), { timeout: 5_000 });
    expect(said).toEqual(["gateway: one", "gateway: two", "gateway: three", `gateway: 1 more problems in ${file}`]);
    await appendFile(file, line("error", "five", { message: "Redis is away" }));
    await vi.waitFor(() => expect(said).toHaveLength(5), { timeout: 5_000 });
    expect(said.at(-1)).toBe("gateway: five: Redis is away");
  });
});

describe("problemOf", () => {
  it.each(['{"level":"info","msg":"all is well"}', 'no JSON with "level":"error" in it', '{"level":"error"}'])(
    "finds none in %s",
    (text) => {
      expect(problemOf(text)).toBeNull();
    },
  );
});
