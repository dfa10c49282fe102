import { describe, expect, it } from "vitest";
import type { Evidence } from "../evidence/evidence.ts";
import { INVARIANTS } from "./all-invariants.ts";
import { sampleEvidence, sampleRecord, sampleRequest } from "./sample-evidence.ts";
import type { Invariant } from "./verdict.ts";

const sample = sampleEvidence();
const [run] = sample.runs;
const [client] = sample.clients;
if (run === undefined || client === undefined) throw new Error("the sample has no run");

function violations(name: Invariant["name"], changes: Partial<Evidence>): string[] {
  return INVARIANTS.find((invariant) => invariant.name === name)?.check(sampleEvidence(changes)).violations ?? [];
}

const killed = { kind: "killed", of: "model-caller-1", fromMs: 1_500, untilMs: 1_900 } as const;
const broken = sampleRequest({ endedMs: 1_510, outcome: "aborted" });
const repeat = sampleRequest({ id: 2, startedMs: 6_000, endedMs: 7_000 });

describe("every invariant", () => {
  it.each(INVARIANTS.map((invariant) => [invariant.name, invariant] as const))("%s holds for what went well", (_, { check }) => {
    expect(check(sampleEvidence()).violations).toEqual([]);
  });
});

describe("I1", () => {
  it("sees an acknowledged run that is gone, one that never ended, and one that ended twice", () => {
    expect(violations("I1", { runs: [] })).toHaveLength(1);
    expect(violations("I1", { runs: [{ ...run, state: "running", events: run.events.slice(0, 3) }] })).not.toEqual([]);
    const twice = [
      ...run.events,
      { number: 6, kind: "run", data: { status: "failed" } } as const,
      { number: 7, kind: "error", data: {} } as const,
    ];
    expect(violations("I1", { runs: [{ ...run, events: twice }] })).toHaveLength(2);
  });
});

describe("I2", () => {
  it("sees a request that begins after its step's commit, as without a fence", () => {
    expect(violations("I2", { ledger: [sampleRequest(), repeat] })).toContainEqual(expect.stringContaining("ms after its commit"));
  });

  it("sees a repeat of what nobody lost, and a second completion", () => {
    const late = { records: [sampleRecord("started"), sampleRecord("finished", { atMs: 7_010 })] };
    expect(violations("I2", { ...late, ledger: [sampleRequest(), repeat] })).toHaveLength(2);
  });

  it("lets pass the repeat of a request whose caller was killed under it, but not for the kill of an orchestrator", () => {
    const lost = { ledger: [broken, repeat], records: [sampleRecord("finished", { atMs: 7_010 })] };
    expect(violations("I2", { ...lost, disturbances: [killed] })).toEqual([]);
    expect(violations("I2", { ...lost, disturbances: [{ ...killed, of: "orchestrator-1" }] })).toHaveLength(1);
  });

  it("counts a call as under way until its end is recorded, however early the provider had sent it", () => {
    const slow = { ledger: [sampleRequest({ endedMs: 1_100 }), repeat], records: [sampleRecord("finished", { atMs: 7_010 })] };
    expect(violations("I2", { ...slow, disturbances: [{ ...killed, fromMs: 3_000, untilMs: 4_000 }] })).toEqual([]);
    expect(violations("I2", { ...slow, disturbances: [{ ...killed, fromMs: 9_000, untilMs: 9_500 }] })).not.toEqual([]);
  });

  it("lets a failed try be tried again", () => {
    const records = [sampleRecord("finished", { atMs: 7_010, try: 2 })];
    expect(violations("I2", { ledger: [sampleRequest({ outcome: "error" }), { ...repeat, try: 2 }], records })).toEqual([]);
  });

  it("sees two runs of one key", () => {
    expect(violations("I2", { clients: [{ ...client, runs: [...client.runs, "another"] }] })).toHaveLength(1);
  });
});

describe("I3", () => {
  it("sees a swallowed chunk in a run's events, by its number and by the text", () => {
    const swallowed = run.events.filter(({ number }) => number !== 3);
    expect(violations("I3", { runs: [{ ...run, events: swallowed }] })).toHaveLength(2);
  });

  it("sees a client that got another text, one that missed an event, and one whose broken stream said what nobody said", () => {
    expect(violations("I3", { clients: [{ ...client, text: "blue" }] })).toHaveLength(1);
    const events = run.events.filter(({ number }) => number !== 2).map(({ number, kind, data }) => ({ id: number, kind, data }));
    expect(violations("I3", { clients: [{ ...client, kind: "events", events }] })).toHaveLength(1);
    const tries = [{ atMs: 0, tookMs: 1, status: 200, text: "blue scattering", isWhole: false, error: "ECONNRESET" }];
    expect(violations("I3", { clients: [{ ...client, text: null, tries }] })).toHaveLength(1);
  });

  it("lets an earlier stream attempt differ", () => {
    const first = { number: 2, kind: "delta", data: { step: "final", stream_attempt: 1, text: "green" } } as const;
    const again = run.events
      .slice(1)
      .map(({ number, kind, data }) => ({ number: number + 2, kind, data: kind === "delta" ? { ...data, stream_attempt: 2 } : data }));
    const events = [...run.events.slice(0, 1), first, { number: 3, kind: "reset", data: {} } as const, ...again];
    expect(violations("I3", { runs: [{ ...run, events }] })).toEqual([]);
  });
});

describe("I4", () => {
  it("sees more requests at once than are allowed, those of a stopped process apart", () => {
    const two = [sampleRequest(), sampleRequest({ id: 2, step: "propose.0.0", startedMs: 1_500 })];
    expect(violations("I4", { ledger: two })).toHaveLength(1);
    const stopped = { kind: "stopped", of: "model-caller-1", fromMs: 1_200, untilMs: 9_000 } as const;
    expect(violations("I4", { ledger: two, disturbances: [stopped] })).toEqual([]);
  });

  it("sees one request more in a minute than is allowed, whatever became of it, and none where they are a minute apart", () => {
    const at = (id: number, startedMs: number) => sampleRequest({ id, startedMs, endedMs: startedMs + 10 });
    const refused = { ...at(3, 60_999), outcome: "error", status: 429 } as const;
    expect(violations("I4", { ledger: [at(1, 1_000), at(2, 30_000), refused] })).toEqual([
      expect.stringContaining("3 requests in the minute"),
    ]);
    expect(violations("I4", { ledger: [at(1, 1_000), at(2, 30_000), at(3, 61_000)] })).toEqual([]);
    const unlimited = { openai: { concurrent: 1, requestsPerMinute: null, tokensPerMinute: null } };
    expect(violations("I4", { ledger: [at(1, 1_000), at(2, 30_000), refused], limits: unlimited })).toEqual([]);
  });
});

describe("I5", () => {
  it("sees a lease that is never freed, a job that waits, an open run, and a request that never ends", () => {
    expect(violations("I5", { locks: ["p:q:runs:1:lock"] })).toHaveLength(1);
    expect(violations("I5", { openJobs: [{ queue: "runs", id: "1", state: "wait" }] })).toHaveLength(1);
    expect(violations("I5", { openRuns: ["1"] })).toHaveLength(1);
    expect(violations("I5", { ledger: [sampleRequest({ endedMs: null, outcome: null })] })).toHaveLength(1);
  });

  it("sees a call that stands in a provider's queue, and a lease that is held, whoever was disturbed", () => {
    const ticket = { kind: "ticket", key: "p:limits:tickets:openai", id: `${run.run}/final`, leftMs: null } as const;
    const lease = { kind: "lease", key: "p:limits:leases:openai", id: "1.1.0|main/gpt-4o", leftMs: 9_000 } as const;
    expect(violations("I5", { limitsHolds: [ticket, lease], disturbances: [killed] })).toHaveLength(2);
  });

  it("sees a lease that ended by itself, unless its holder may have died", () => {
    const lease = { kind: "lease", key: "p:limits:leases:openai", id: "1.1.0|main/gpt-4o", leftMs: -5 } as const;
    expect(violations("I5", { limitsHolds: [lease] })).toHaveLength(1);
    expect(violations("I5", { limitsHolds: [lease], disturbances: [{ ...killed, of: "orchestrator-1" }] })).toHaveLength(1);
    expect(violations("I5", { limitsHolds: [lease], disturbances: [killed] })).toEqual([]);
  });
});

describe("I6", () => {
  it("sees a key that never expires, and one that lives too long", () => {
    expect(violations("I6", { keysAfter: ["p:calls", "p:run:1"] })).toHaveLength(1);
    expect(violations("I6", { keysLeft: [{ key: "p:run:1", ttlMs: 20_000 }] })).toHaveLength(1);
  });

  it("lets the limits keep what they know of providers and keys, and of models for days, but nothing of calls, callers or queues", () => {
    const standing = ["settings", "scopes:openai", "models:openai", "scope:openai", "scope:openai#main"];
    expect(violations("I6", { keysAfter: standing.map((name) => `p:limits:${name}`) })).toEqual([]);
    const left = ["scope:openai#main/gpt-4o", "tickets:openai", "queue:openai:2:gpt-4o", "queues:openai", "fair:openai:2", "order:openai"];
    expect(violations("I6", { keysAfter: left.map((name) => `p:limits:${name}`) })).toHaveLength(left.length);
    const days = (name: string, count: number) => ({ key: `p:limits:${name}`, ttlMs: count * 86_400_000 });
    expect(violations("I6", { keysLeft: [days("scope:openai#main/gpt-4o", 2), days("learned:openai/gpt-4o", 30)] })).toEqual([]);
    expect(violations("I6", { keysLeft: [days("scope:openai#main/gpt-4o", 3), days("leases:openai", 1)] })).toHaveLength(2);
  });
});

describe("I7", () => {
  it("sees a call and a run that stood still for too long after a kill", () => {
    const slow = { ...repeat, startedMs: 12_000, endedMs: 13_000 };
    expect(violations("I7", { ledger: [broken, slow], disturbances: [killed] })).toHaveLength(1);
    expect(violations("I7", { ledger: [broken, repeat], disturbances: [killed] })).toEqual([]);
    const begunBefore = [sampleRecord("started"), sampleRecord("started", { fence: 2, atMs: 7_000 })];
    expect(violations("I7", { ledger: [broken, slow], disturbances: [killed], records: begunBefore.slice(0, 1) })).toHaveLength(1);
    expect(violations("I7", { ledger: [broken, slow], disturbances: [killed], records: begunBefore })).toEqual([]);
    const twice = [killed, { ...killed, of: "orchestrator-1", fromMs: 6_000, untilMs: 6_000 }];
    expect(violations("I7", { ledger: [broken, slow], disturbances: twice, records: begunBefore.slice(0, 1) })).toEqual([]);
    expect(violations("I7", { ledger: [broken, slow], disturbances: [killed, { ...killed, of: "gateway", fromMs: 6_000 }] })).toHaveLength(
      1,
    );
    expect(violations("I7", { recoveries: [{ of: "orchestrator-1", what: "run 1", ms: 9_000 }] })).toHaveLength(1);
  });
});

describe("I8", () => {
  it("sees a request that nobody recorded, one whose end is missing, and an end too many", () => {
    expect(violations("I8", { records: [] })).toHaveLength(2);
    expect(violations("I8", { records: [sampleRecord("started")] })).toHaveLength(1);
    expect(violations("I8", { records: [...sample.records, sampleRecord("finished")] })).toHaveLength(1);
  });

  it("lets the end be missing of a request whose caller was killed under it", () => {
    expect(violations("I8", { records: [sampleRecord("started")], ledger: [broken], disturbances: [killed] })).toEqual([]);
  });
});
