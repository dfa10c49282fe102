import type { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { samplePlan } from "../fixtures/sample-plan.ts";
import { parseMemoryFigures, watermarkOf } from "./memory-figures.ts";
import { type MemoryWatch, watchMemory } from "./memory-watch.ts";
import { neededBytes } from "./needed-bytes.ts";

const INFO =
  "# Memory\r\nused_memory:1000\r\nused_memory_rss:5000\r\ntotal_system_memory:9000\r\nmaxmemory:2000\r\nmaxmemory_policy:noeviction\r\n";

describe("the watermark", () => {
  it("leaves a tenth of Redis' own limit free", () => {
    const figures = parseMemoryFigures(INFO);
    expect(figures).toEqual({ used: 1000, max: 2000, machine: 9000 });
    expect(figures && watermarkOf(figures)).toBe(1800);
  });

  it("is half of the machine where Redis has no limit", () => {
    expect(watermarkOf({ used: 1, max: 0, machine: 9000 })).toBe(4500);
  });

  it("is unknown where Redis says nothing of its machine", () => {
    const figures = parseMemoryFigures("used_memory:1000\r\nmaxmemory:0\r\n");
    expect(figures && watermarkOf(figures)).toBeNull();
    expect(parseMemoryFigures("# Memory\r\n")).toBeNull();
  });
});

describe("what a run may come to need", () => {
  const slot = (number: number, provider: string) => ({
    slot: number,
    role: "member" as const,
    member: { name: "m", provider, model: "m", params: {}, nested: null },
  });
  const plan = samplePlan();
  const policy = { minSuccess: 1, graceMs: null, deadlineMs: null, keepLate: false };
  const panel = {
    ...plan.root,
    stages: [{ name: "propose", layer: 0, slots: [slot(0, "openai"), slot(1, "openai"), slot(2, "anthropic")], policy }],
  };

  it("is a copy of the conversation for each job, and some for each call", () => {
    expect(neededBytes(plan, 10)).toBe(10 * 2 + 32_768);
    expect(neededBytes(samplePlan({ root: panel }), 10)).toBe(10 * 4 + 4 * 32_768);
  });

  it("counts a member's second call, which is a job of its own", () => {
    const hedged = slot(0, "openai");
    const hedge = { provider: "azure", model: "m", params: {} };
    const root = {
      ...plan.root,
      stages: [{ name: "propose", layer: 0, slots: [{ ...hedged, member: { ...hedged.member, hedge } }], policy }],
    };
    expect(neededBytes(samplePlan({ root }), 10)).toBe(10 * 4 + 3 * 32_768);
  });

  it("counts the calls of a member that is a composite, and only the last one of a run that continues a tool call", () => {
    const nested = { ...slot(3, "openai"), member: { ...slot(3, "openai").member, nested: panel } };
    const root = { ...plan.root, stages: [{ name: "propose", layer: 0, slots: [nested], policy }] };
    expect(neededBytes(samplePlan({ root }), 10)).toBe(10 * 5 + 5 * 32_768);
    expect(neededBytes(samplePlan({ root, finalOnly: true }), 10)).toBe(10 * 2 + 32_768);
  });
});

describe("the watch", () => {
  let used = 1000;
  let needs: string[] = [];
  const info = vi.fn<() => Promise<string>>(() => Promise.resolve(INFO.replace("used_memory:1000", `used_memory:${used}`)));
  const redis = { info, hvals: () => Promise.resolve(needs) } as unknown as Redis;
  let watch: MemoryWatch;

  beforeEach(async () => {
    vi.useFakeTimers();
    [used, needs] = [1000, ["300"]];
    info.mockClear();
    watch = await watchMemory(redis, "needs");
  });
  afterEach(() => {
    watch.close();
    vi.useRealTimers();
  });

  it("keeps the room that open runs may come to need", () => {
    expect(watch.hasRoomFor(500)).toBe(true);
    expect(watch.hasRoomFor(501)).toBe(false);
  });

  it("counts what was accepted since the last reading once, before and after the next", async () => {
    watch.note(400);
    expect(watch.hasRoomFor(101)).toBe(false);
    needs = ["300", "400"];
    await vi.advanceTimersByTimeAsync(1000);
    expect(watch.hasRoomFor(100)).toBe(true);
    expect(watch.hasRoomFor(101)).toBe(false);
  });

  it("asks Redis once a second, however many ask for room", async () => {
    for (let asked = 0; asked < 1000; asked += 1) watch.hasRoomFor(1);
    await vi.advanceTimersByTimeAsync(3000);
    expect(info).toHaveBeenCalledTimes(4);
  });

  it("goes on with its last figures while Redis does not answer", async () => {
    info.mockRejectedValueOnce(new Error("gone"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(watch.hasRoomFor(501)).toBe(false);
    used = 500;
    await vi.advanceTimersByTimeAsync(1000);
    expect(watch.hasRoomFor(501)).toBe(true);
  });
});
