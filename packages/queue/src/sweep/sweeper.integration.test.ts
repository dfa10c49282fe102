import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { openProtocolBench, type ProtocolBench } from "../fixtures/protocol-bench.ts";
import { GOES_ON } from "../gate/run-gate.ts";
import { openSweeper, type Sweeper } from "./open-sweeper.ts";

let bench: ProtocolBench;
let sweepers: Sweeper[];
const swept: string[] = [];

beforeAll(async () => {
  bench = await openProtocolBench(inject("redisUrl"));
  const target = { url: inject("redisUrl"), prefix: bench.prefix, onError: () => undefined };
  sweepers = [1, 2].map((number) => openSweeper({ ...target, onSwept: (run, what) => swept.push(`${number} ${run} ${what}`) }));
});
afterAll(async () => {
  await Promise.all(sweepers.map((sweeper) => sweeper.close()));
  await bench.close();
});

const PATIENT = { timeout: 20_000, interval: 100 };

describe("the sweeper", () => {
  it("gives an accepted run whose job never came, or is gone, a new one", async () => {
    const { run } = await bench.submit({}, { graceMs: GOES_ON, follow: null });
    const queue = `${bench.prefix}:q:runs`;
    await bench.redis.del(`${queue}:${run}.1`);
    await bench.redis.lrem(`${queue}:wait`, 0, `${run}.1`);
    await vi.waitFor(async () => expect(await bench.redis.lrange(`${queue}:wait`, 0, -1)).toContain(`${run}.2`), PATIENT);
    expect(await bench.redis.hget(`${bench.prefix}:run:${run}`, "jobs")).toBe("2");
  });

  it("cancels a run whose gateway died, once there was time for another listener", async () => {
    const { run, following } = await bench.submit({}, { graceMs: 500 });
    following?.close();
    await vi.waitFor(async () => expect((await bench.gate.read(run))?.state).toBe("cancelled"), PATIENT);
  });

  it("leaves a run alone that goes on without listeners", async () => {
    const { run } = await bench.submit({}, { graceMs: GOES_ON, follow: null });
    const other = await bench.submit({}, { graceMs: 0 });
    other.following?.close();
    await vi.waitFor(async () => expect((await bench.gate.read(other.run))?.state).toBe("cancelled"), PATIENT);
    expect((await bench.gate.read(run))?.state).toBe("queued");
  });

  it("fails a run that is past its deadline", async () => {
    const { run } = await bench.submit({ totalDeadlineMs: 1000 }, { graceMs: GOES_ON, follow: null });
    await vi.waitFor(
      async () => expect((await bench.gate.read(run))?.outcome).toMatchObject({ kind: "error", data: { status: 504 } }),
      PATIENT,
    );
  });

  it("is one at a time", () => {
    expect(new Set(swept.map((line) => line.slice(0, 1))).size).toBe(1);
  });
});
