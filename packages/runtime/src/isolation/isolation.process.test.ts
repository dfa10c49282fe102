import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../logger.ts";
import { doApart } from "./do-apart.ts";
import { createIsolation, type IsolatedEnd } from "./isolation.ts";

const entry = fileURLToPath(new URL("./fixtures/odd-job.ts", import.meta.url));
const logger = createLogger({ name: "test", level: "silent" });
const never = new AbortController().signal;

afterEach(() => vi.unstubAllEnvs());

function perform(what: string, closing = never): Promise<IsolatedEnd> {
  vi.stubEnv("LOG_LEVEL", "silent");
  return createIsolation({ entry, most: 1, silentMs: 1500 }).run({ what }, closing);
}

describe("a job in a process of its own", () => {
  it("is done there, and says what came of it", async () => {
    expect(await perform("well")).toEqual({ kind: "done", outcome: "done" });
  });

  it("takes nothing along when it kills its process", async () => {
    expect(await perform("die")).toEqual({ kind: "died", how: "killed by SIGKILL" });
  });

  it("dies by what nobody catches", async () => {
    expect(await perform("throw")).toEqual({ kind: "died", how: "ended with code 1" });
  });

  it("is ended when its process gives no sign any more", async () => {
    expect(await perform("block")).toEqual({ kind: "died", how: "stuck for 1500 ms" });
  });

  it("is handed back when its service ends", async () => {
    const closing = new AbortController();
    const end = perform("wait", closing.signal);
    closing.abort();
    expect(await end).toEqual({ kind: "done", outcome: "handed_back" });
  });

  it("is not to blame when its process cannot begin, or not end it for another reason", async () => {
    expect(await perform("reject")).toEqual({ kind: "failed", sentence: "no Redis" });
    vi.stubEnv("ODD_JOB_FAILS", "1");
    expect(await perform("well")).toEqual({ kind: "failed", sentence: "no configuration" });
  });
});

describe("who holds the job", () => {
  const told = (ends: IsolatedEnd, isFull = false) => {
    const deaths: string[] = [];
    const job = {
      message: {},
      handBack: () => Promise.resolve(new Error("handed back")),
      postpone: (delayMs: number) => Promise.resolve(new Error(`postponed by ${delayMs} ms`)),
      died: async (how: string) => void deaths.push(how),
    };
    const isolation = { isFull, run: () => Promise.resolve(ends) };
    const done = doApart(job, { isolation, closing: never, logger }).then(
      () => "done",
      (error: unknown) => (error as Error).message,
    );
    return done.then((end) => ({ end, deaths }));
  };

  it.each<[string, IsolatedEnd, boolean, { end: string; deaths: string[] }]>([
    ["is done with it", { kind: "done", outcome: "done" }, false, { end: "done", deaths: [] }],
    ["hands it back", { kind: "done", outcome: "handed_back" }, false, { end: "handed back", deaths: [] }],
    ["counts a death and tries again", { kind: "died", how: "killed" }, false, { end: "postponed by 500 ms", deaths: ["killed"] }],
    ["counts none for a fault of ours", { kind: "failed", sentence: "" }, false, { end: "postponed by 5000 ms", deaths: [] }],
    ["waits for room elsewhere", { kind: "done", outcome: "done" }, true, { end: "postponed by 1000 ms", deaths: [] }],
  ])("%s", async (_what, end, isFull, expected) => {
    expect(await told(end, isFull)).toEqual(expected);
  });
});
