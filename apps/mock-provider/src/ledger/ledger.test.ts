import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLedger } from "./ledger.ts";
import type { LedgerEnd, LedgerStart } from "./ledger-record.ts";
import { collect } from "../testing/collect.ts";

const START: LedgerStart = {
  run: "r1",
  step: "final",
  cell: 1,
  try: 1,
  wire: "openai",
  key: "k",
  model: "gpt-5",
  stream: false,
  startedMs: 10,
};
const END: LedgerEnd = {
  endedMs: 20,
  finishedMs: 20,
  status: 200,
  outcome: "completed",
  bytesSent: 7,
  usage: { input: 1, output: 2 },
  billed: { input: 1, output: 2 },
  counted: null,
  refusedBy: null,
};

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ledger-"));
  path = join(folder, "ledger.jsonl");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("createLedger", () => {
  it("writes a line when a request starts and one when it ends", async () => {
    const ledger = createLedger(path);
    const { end } = ledger.start(START);
    await vi.waitFor(() => expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify({ event: "started", id: 1, ...START })}\n`));
    end(END);
    await vi.waitFor(() =>
      expect(readFileSync(path, "utf8").split("\n")[1]).toBe(JSON.stringify({ event: "ended", id: 1, ...START, ...END })),
    );
    ledger.close();
  });

  it("appends to what is there and flushes when it is closed", () => {
    for (const run of ["a", "b"]) {
      const ledger = createLedger(path);
      ledger.start({ ...START, run });
      ledger.close();
    }
    expect(readFileSync(path, "utf8").match(/"run":"."/g)).toEqual([`"run":"a"`, `"run":"b"`]);
  });

  it.each([true, false])("lists lines of all or of one run (with a file: %s)", async (hasFile) => {
    const ledger = createLedger(hasFile ? path : null);
    ledger.start(START).end(END);
    ledger.start({ ...START, run: "r2" });
    expect(await collect(ledger.lines(null))).toHaveLength(3);
    expect((await collect(ledger.lines("r2"))).map((line) => JSON.parse(line).id)).toEqual([2]);
    ledger.close();
  });

  it("counts what is in flight and what became of the rest", () => {
    const ledger = createLedger(null);
    const first = ledger.start(START);
    const second = ledger.start({ ...START, model: "o3" });
    first.end(END);
    second.end({ ...END, outcome: "aborted", finishedMs: null });
    ledger.start(START);
    expect(ledger.stats()).toEqual({
      total: 3,
      inFlight: 1,
      maxInFlight: 2,
      completed: 1,
      aborted: 1,
      error: 0,
      bytesSent: 14,
      billed: { input: 2, output: 4 },
      models: { "gpt-5": { total: 2, inFlight: 1, maxInFlight: 1 }, o3: { total: 1, inFlight: 0, maxInFlight: 1 } },
    });
    expect(ledger.records()).toEqual([
      { id: 1, ...START, ...END },
      { id: 2, ...START, model: "o3", ...END, outcome: "aborted", finishedMs: null },
    ]);
  });

  it("keeps the file and what is in flight when it is reset", () => {
    const ledger = createLedger(path);
    ledger.start(START).end(END);
    const open = ledger.start(START);
    ledger.reset();
    expect(ledger.stats()).toMatchObject({
      total: 0,
      inFlight: 1,
      maxInFlight: 1,
      completed: 0,
      models: { "gpt-5": { total: 0, inFlight: 1 } },
    });
    expect(ledger.records()).toEqual([]);
    open.end(END);
    expect(ledger.stats()).toMatchObject({ inFlight: 0, completed: 1, models: { "gpt-5": { inFlight: 0 } } });
    ledger.close();
    expect(readFileSync(path, "utf8").trim().split("\n")).toHaveLength(4);
  });

  it("forgets the oldest records of a long run", () => {
    const ledger = createLedger(null);
    for (let request = 0; request < 25_000; request += 1) ledger.start(START).end(END);
    expect(ledger.records().length).toBeLessThan(20_000);
    expect(ledger.records().at(-1)?.id).toBe(25_000);
    expect(ledger.stats().total).toBe(25_000);
  });
});
