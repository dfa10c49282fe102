import { expect, describe, it } from "vitest";
import { createPacedClock } from "../pace/paced-clock.ts";
import { createLimitDesk, type LimitAnswer, type LimitDesk } from "./limit-desk.ts";
import { parseLimitSettings } from "./limit-settings.ts";

/** A desk whose time passes by hand. */
function open(settings: object) {
  let ms = 0;
  const clock = createPacedClock({ now: () => ms, monotonicMs: () => ms });
  const desk = createLimitDesk(clock);
  set(desk, settings);
  return { desk, pass: (time: number) => void (ms += time) };
}

function set(desk: LimitDesk, settings: object): void {
  const reading = parseLimitSettings(JSON.stringify(settings));
  if ("problem" in reading) throw new Error(reading.problem);
  desk.set(reading.settings);
}

const REQUEST = { wire: "openai", model: "gpt-5", key: "a" };
const ONE = { input: 1, output: 0 };
const refusalOf = (answer: LimitAnswer) => ("refusal" in answer ? answer.refusal : null);
const passOf = (answer: LimitAnswer) => ("pass" in answer ? answer.pass : null);

describe("createLimitDesk", () => {
  it("lets everything in until it is told limits", () => {
    const { desk } = open({});
    for (let count = 0; count < 1000; count += 1)
      expect(desk.admit(REQUEST, { input: 1e6, output: 1e6 })).toEqual({ pass: expect.anything(), states: {} });
  });

  it("refuses what comes faster than the bucket fills, and says when it would fit", () => {
    const { desk, pass } = open({ rules: [{ requests_per_minute: 60 }] });
    expect(refusalOf(desk.admit(REQUEST, ONE))).toBeNull();
    pass(400);
    expect(refusalOf(desk.admit(REQUEST, ONE))).toEqual({ by: "requests", limit: 60, requested: 1, waitMs: expect.closeTo(600) });
    pass(600);
    expect(refusalOf(desk.admit(REQUEST, ONE))).toBeNull();
  });

  it("counts who is in flight until it has ended", () => {
    const { desk } = open({ rules: [{ concurrent: 2 }] });
    const first = passOf(desk.admit(REQUEST, ONE));
    desk.admit(REQUEST, ONE);
    expect(refusalOf(desk.admit(REQUEST, ONE))).toMatchObject({ by: "concurrent", limit: 2, waitMs: null });
    first?.end(0);
    expect(refusalOf(desk.admit(REQUEST, ONE))).toBeNull();
  });

  it("counts a cap at once, and without a cap what came out when it has", () => {
    const { desk, pass } = open({ rules: [{ tokens_per_minute: 600 }], burst_seconds: 60 });
    passOf(desk.admit(REQUEST, { input: 100, output: 500 }))?.end(7);
    expect(refusalOf(desk.admit(REQUEST, ONE))).toMatchObject({ by: "tokens", requested: 1 });
    pass(60_000);
    passOf(desk.admit(REQUEST, { input: 100, output: null }))?.end(800);
    pass(29_000);
    expect(refusalOf(desk.admit(REQUEST, ONE))?.waitMs).toBeCloseTo(1100);
  });

  it("never lets in what is larger than a whole minute's limit", () => {
    const { desk } = open({ rules: [{ input_tokens_per_minute: 100 }] });
    expect(refusalOf(desk.admit(REQUEST, { input: 101, output: 0 }))).toEqual({
      by: "input-tokens",
      limit: 100,
      requested: 101,
      waitMs: null,
    });
    expect(refusalOf(desk.admit(REQUEST, { input: 100, output: 5000 }))).toBeNull();
  });

  it("takes from all limits or from none", () => {
    const { desk, pass } = open({ rules: [{ requests_per_minute: 60 }, { concurrent: 1 }] });
    desk.admit(REQUEST, ONE);
    pass(1000);
    const before = desk.scopes();
    expect(refusalOf(desk.admit(REQUEST, ONE))).toMatchObject({ by: "concurrent" });
    expect(desk.scopes()).toEqual(before);
  });

  it("tells keys and models apart where it is told to", () => {
    const { desk } = open({
      rules: [
        { per: "key_and_model", requests_per_minute: 1 },
        { match: { model: "gpt-5*" }, per: "key", concurrent: 2 },
      ],
    });
    const ask = (model: string, key: string) => refusalOf(desk.admit({ ...REQUEST, model, key }, ONE))?.by ?? null;
    expect([
      ask("gpt-5", "a"),
      ask("gpt-5-mini", "a"),
      ask("gpt-5-nano", "a"),
      ask("o3", "a"),
      ask("gpt-5", "b"),
      ask("gpt-5", "b"),
    ]).toEqual([null, null, "concurrent", null, null, "requests"]);
  });

  it("keeps what was used when limits change, and forgets it with the rule", () => {
    const { desk } = open({ rules: [{ requests_per_minute: 600, concurrent: 3 }] });
    for (let count = 0; count < 3; count += 1) desk.admit(REQUEST, ONE);
    set(desk, { rules: [{ requests_per_minute: 1200, concurrent: 4 }] });
    expect(desk.scopes()).toEqual([
      { rule: 0, key: null, model: null, in_flight: 3, requests: { limit: 1200, remaining: 7, resetMs: 650 } },
    ]);
    expect(refusalOf(desk.admit(REQUEST, ONE))).toBeNull();
    expect(refusalOf(desk.admit(REQUEST, ONE))).toMatchObject({ by: "concurrent", limit: 4 });
    set(desk, {});
    expect([desk.scopes(), refusalOf(desk.admit(REQUEST, ONE))]).toEqual([[], null]);
  });

  it("tells the tightest state of what holds for a request", () => {
    const { desk } = open({ rules: [{ requests_per_minute: 600 }, { per: "model", requests_per_minute: 60 }] });
    expect(desk.admit(REQUEST, ONE).states).toEqual({ requests: { limit: 60, remaining: 0, resetMs: expect.closeTo(1000) } });
  });

  it("has outages until a time, or for a time of its own clock, for whom they hold", () => {
    const { desk, pass } = open({ outage: { for_ms: 60_000, match: { wire: "openai" } }, clock_scale: 10 });
    expect([desk.outageStatus(REQUEST), desk.outageStatus({ ...REQUEST, wire: "anthropic" })]).toEqual([503, null]);
    pass(5999);
    expect(desk.outageStatus(REQUEST)).toBe(503);
    pass(1);
    expect(desk.outageStatus(REQUEST)).toBeNull();
    set(desk, { outage: { until: 7000, status: 500 } });
    expect(desk.outageStatus(REQUEST)).toBe(500);
    pass(1000);
    expect(desk.outageStatus(REQUEST)).toBeNull();
  });

  it("fills its buckets as fast as its clock runs", () => {
    const { desk, pass } = open({ rules: [{ requests_per_minute: 60 }], clock_scale: 20 });
    desk.admit(REQUEST, ONE);
    expect(refusalOf(desk.admit(REQUEST, ONE))).not.toBeNull();
    pass(50);
    expect(refusalOf(desk.admit(REQUEST, ONE))).toBeNull();
  });
});
