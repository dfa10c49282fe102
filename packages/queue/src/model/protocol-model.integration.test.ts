import { randomBytes, randomInt } from "node:crypto";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { SCRIPT_NAMES, type ScriptName } from "../lua/load-scripts.ts";
import { connectRedis } from "../redis/connect-redis.ts";
import { type Broken, checkProtocol, type ProtocolCheck, type Whereabouts } from "./check-protocol.ts";
import { plantFault } from "./faults/planted-fault.ts";
import { PLANTED_FAULTS } from "./faults/planted-faults.ts";

/**
 * `PROTOCOL_MODEL='{"seed":7,"runs":100}'` before the command of this test plays so many interleavings of that seed. A failure ends with such a
 * line, which also has the path to the one that failed.
 */
const asked = JSON.parse(process.env["PROTOCOL_MODEL"] ?? "{}") as Partial<Whereabouts> & { runs?: number };

/** Moves of an interleaving, at most. What takes many things to come together is found sooner in long ones. */
const [FEW_MOVES, MANY_MOVES] = [60, 120];
const isLong = process.env["VERIFY"] === "long";
const { seed = randomInt(2 ** 30), moves = isLong ? MANY_MOVES : FEW_MOVES, runs = isLong ? 40_000 : 2000, ...found } = asked;

/** Planted faults are looked for in interleavings that are always the same ones, so that each is found whenever it was found once. */
const FAULT_SEED = 1;

/** Interleavings that are played at once, on one connection, so that Redis and the model work at the same time. */
const LANES = 8;

let redis: Redis;
beforeAll(() => {
  process.stdout.write(`PROTOCOL_MODEL='${JSON.stringify({ seed, runs })}'\n`);
  redis = connectRedis({ url: inject("localRedisUrl"), prefix: "", onError: () => undefined }, "worker");
});
afterAll(() => redis.disconnect());

function play(check: Partial<ProtocolCheck>): Promise<Broken | null> {
  const prefix = `t${randomBytes(6).toString("hex")}`;
  return checkProtocol({ redis, prefix, runs, moves, seed, isShrunk: true, witness: () => undefined, ...check });
}

/** What the model must come to see to be worth something: each call granted, and refused for its reasons, but for those so rare that only the planted faults show them. */
const OUTCOMES: Record<ScriptName, readonly string[]> = {
  accept: ["ok", "joined", "conflict", "exists", "full"],
  adopt: ["adopted", "wait", "none"],
  append: ["ok", "won", "kept", "closed", "fenced", "ended", "gone"],
  attach: ["ok", "gone"],
  begin: ["ok", "won", "closed", "fenced", "digest", "unknown", "ended", "gone"],
  commit: ["succeeded", "failed", "cancelled", "late", "duplicate"],
  deliver: ["ok"],
  detach: ["ok", "gone"],
  enter: ["ok", "stale"],
  erase: ["ok", "open", "gone"],
  finish: ["ok", "stale", "ended"],
  inherit: ["ok", "known"],
  intend: ["ok", "stale", "ended", "gone"],
  keep: ["ok", "ended"],
  lose: ["lost", "kept", "succeeded", "failed", "cancelled", "unknown", "stale", "ended", "gone"],
  own: ["ok", "ended", "gone"],
  pardon: ["ok", "unknown"],
  park: ["ok", "begun", "stale"],
  release: ["ok", "stale", "ended"],
  revive: ["ok", "known"],
  suffer: ["ok"],
  wait: ["ok", "won", "closed", "ended"],
};

describe("the run protocol", () => {
  it("keeps its promises whoever dies, freezes, wakes and repeats himself", { timeout: 3_600_000 }, async ({ annotate }) => {
    const seen = new Map<string, number>();
    const witness = (call: string, outcome: string): void => void seen.set(`${call} ${outcome}`, (seen.get(`${call} ${outcome}`) ?? 0) + 1);
    // A path belongs to the seed of one lane.
    const lanes = found.path === undefined ? LANES : 1;
    const share = Math.ceil(runs / lanes);
    const broken = await Promise.all(
      Array.from({ length: lanes }, (_, lane) => play({ ...found, runs: share, seed: seed + lane, witness })),
    );
    for (const failure of broken)
      if (failure !== null) expect.fail(`${failure.message}\n${failure.moves}\nPROTOCOL_MODEL='${JSON.stringify(failure.whereabouts)}'`);
    const calls = [...seen.values()].reduce((sum, count) => sum + count, 0);
    await annotate(`${share * lanes} interleavings of ${calls} calls of scripts`);
    const expected = Object.entries(OUTCOMES).flatMap(([call, outcomes]) => outcomes.map((outcome) => `${call} ${outcome}`));
    if (process.env["PROTOCOL_MODEL"] === undefined) expect(expected.filter((outcome) => !seen.has(outcome))).toEqual([]);
  });
});

describe("the model of the run protocol", () => {
  const broken = new Set<string>();

  it.concurrent.each(PLANTED_FAULTS)("sees that $name", { timeout: 120_000 }, async (fault) => {
    const failure = await play({ texts: plantFault(fault), seed: fault.seed ?? FAULT_SEED, moves: MANY_MOVES, isShrunk: false });
    expect(failure?.message).toMatch(/^promise \d: /);
    broken.add(failure?.message.slice(0, "promise 1".length) ?? "");
  });

  it("sees each promise broken", () => {
    expect([...broken].toSorted()).toEqual(["promise 1", "promise 2", "promise 3", "promise 5", "promise 6"]);
  });

  it("is shown a fault in each script", () => {
    const faulty = new Set(PLANTED_FAULTS.map(({ script }) => script));
    expect(SCRIPT_NAMES.filter((name) => !faulty.has(name))).toEqual([]);
  });

  it("finds a failure again", async () => {
    const texts = plantFault(PLANTED_FAULTS[0] as (typeof PLANTED_FAULTS)[number]);
    const first = await play({ texts, seed: FAULT_SEED, isShrunk: false });
    const second = await play({ texts, seed: FAULT_SEED, isShrunk: false, ...first?.whereabouts });
    expect(second?.message).toBe(first?.message);
  });
});
