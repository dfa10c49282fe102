import * as fc from "fast-check";
import type { LimitsJudge } from "./limits-judge.ts";
import { type LimitsWorld, PROVIDER } from "./limits-world.ts";
import { KEYS, MODELS } from "./model-settings.ts";

export interface Play {
  world: LimitsWorld;
  judge: LimitsJudge;
  /** Names of leases that were never given before. */
  seed(): string;
}

const TICKETS = 12;

const ask = fc.record({
  kind: fc.constant("ask" as const),
  ticket: fc.nat(TICKETS - 1),
  model: fc.nat(MODELS.length - 1),
  class: fc.nat(5),
  caller: fc.constantFrom("a", "b"),
  input: fc.integer({ min: 1, max: 300 }),
  output: fc.integer({ min: 1, max: 400 }),
  wantedMs: fc.constantFrom(500, 30_000, 1e9),
  isTwoFirst: fc.boolean(),
});
const settle = fc.record({
  kind: fc.constant("settle" as const),
  which: fc.nat(),
  end: fc.constantFrom("succeeded", "succeeded", "unsent", "throttled", "throttled", "auth", "unavailable", "cancelled"),
  input: fc.integer({ min: 1, max: 500 }),
  output: fc.nat(800),
});
const other = fc.record({
  kind: fc.constantFrom(
    "renew" as const,
    "grant" as const,
    "grant" as const,
    "leave" as const,
    "again" as const,
    "take" as const,
    "take" as const,
  ),
  which: fc.nat(),
});
const pass = fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1, 40, 700, 2600, 9000, 11_000, 61_000, 40_000_000) });
const operate = fc.record({ kind: fc.constant("operate" as const), operation: fc.constantFrom(0, 0, 1) });

export const randomMoves = (length: number) =>
  fc.array(
    fc.oneof(
      { arbitrary: ask, weight: 10 },
      { arbitrary: settle, weight: 6 },
      { arbitrary: other, weight: 8 },
      { arbitrary: pass, weight: 6 },
      { arbitrary: operate, weight: 1 },
    ),
    { minLength: length / 2, maxLength: length, size: "max" },
  );
export type LimitsMove = ReturnType<typeof randomMoves> extends fc.Arbitrary<(infer Move)[]> ? Move : never;

async function sendAsk({ world, judge, seed }: Play, move: Extract<LimitsMove, { kind: "ask" }>): Promise<() => void> {
  const name = seed();
  const ticket = `t${move.ticket}`;
  const known = judge.waiting.get(ticket);
  // Whoever asks again for the same call asks for the same.
  const asked = known ?? { ticket, model: MODELS[move.model] ?? "", input: move.input, output: move.output, untilMs: 0 };
  const call = { ...asked, untilMs: world.nowMs() + move.wantedMs };
  judge.ask(name, call);
  const keys = (move.isTwoFirst ? KEYS.toReversed() : KEYS).join("\n");
  const job = JSON.stringify({ shard: 0, queue: "q", id: ticket });
  // prettier-ignore
  const [outcome, , , , ...rest] = await world.scripts.admit(PROVIDER, ticket, call.model, keys, call.input, call.output, move.caller, 1, move.class, call.untilMs, "", job, name, 2000);
  return () => {
    if (outcome === "waiting") judge.waiting.set(ticket, call);
    else if (outcome === "refused") throw new Error(`no call is refused that fits: ${JSON.stringify(rest)}`);
    else {
      judge.take(String(rest[1]), world.nowMs());
      judge.waiting.delete(ticket);
    }
  };
}

async function sendSettle({ world, judge }: Play, move: Extract<LimitsMove, { kind: "settle" }>): Promise<void> {
  const nowMs = world.nowMs();
  const held = [...judge.grants.values()].filter((grant) => grant.isTaken && !grant.isSettled);
  const grant = held[move.which % held.length];
  if (grant === undefined) return;
  const { key, model, lease, atMs, input, output } = grant;
  const isKnown = move.end === "succeeded" || move.end === "cancelled";
  const used = isKnown ? { input: move.input, output: move.output } : { input: 0, output: 0 };
  const told = isKnown ? [used.input, used.output] : [-1, -1];
  const blockMs = 3000;
  const kind = move.end;
  // prettier-ignore
  const [outcome] = await world.scripts.settle(PROVIDER, lease, key, model, "member", atMs, input, output, kind, ...told, blockMs, input, 0, 0, 0, 0, 0);
  if (outcome === "gone") {
    if (nowMs - grant.liveUntilMs < 60_000) throw new Error(`a lease is there until it is settled: ${lease}`);
    return;
  }
  judge.settle(grant, used, kind === "unsent", nowMs);
  if (kind === "throttled") judge.close(`${key}/${model}`, nowMs + blockMs, nowMs);
  if (kind === "auth") judge.close(key, nowMs + 5000, atMs);
}

/** Makes a move. Gives what is to be noted when what stands in Redis was compared. */
export async function makeMove(play: Play, move: LimitsMove): Promise<() => void> {
  const { world, judge } = play;
  const nowMs = world.nowMs();
  const nothing = (): void => undefined;
  if (move.kind === "ask") return sendAsk(play, move);
  if (move.kind === "pass") world.pass(move.ms);
  else if (move.kind === "settle") await sendSettle(play, move);
  else if (move.kind === "grant") await world.scripts.grant("granter", PROVIDER);
  else if (move.kind === "operate") {
    await world.scripts.operate(PROVIDER, move.operation, "", "");
    judge.stop(move.operation === 1);
  } else if (move.kind === "leave") {
    const ticket = [...judge.waiting.keys()][move.which % Math.max(1, judge.waiting.size)];
    if (ticket === undefined) return nothing;
    judge.forget(ticket, nowMs);
    await world.scripts.leave(PROVIDER, ticket, "*");
  } else if (move.kind === "take") {
    const granted = [...judge.grants.values()].filter((grant) => !grant.isTaken && !grant.isSettled && judge.waiting.has(grant.ticket));
    const grant = granted[move.which % Math.max(1, granted.length)];
    if (grant === undefined) return nothing;
    const number = Number(grant.ticket.slice(1));
    const { input, output } = grant;
    return sendAsk(play, { kind: "ask", ticket: number, model: 0, class: 0, caller: "a", input, output, wantedMs: 1e9, isTwoFirst: false });
  } else {
    const held = [...judge.grants.values()].filter((grant) => grant.isTaken);
    const some = move.kind === "again" ? held.filter((grant) => grant.isSettled) : held;
    const chosen = some.slice(move.which % Math.max(1, some.length)).slice(0, 3);
    if (chosen.length === 0) return nothing;
    if (move.kind === "renew") {
      const [, gone] = await world.scripts.renew(...chosen.flatMap(({ lease, key, model }) => [PROVIDER, lease, key, model]));
      judge.renew(
        chosen.map(({ lease }) => lease),
        gone as string[],
        nowMs,
      );
    } else {
      // A settlement whose answer was lost is sent again.
      for (const { lease, key, model, atMs, input, output } of chosen) {
        // prettier-ignore
        const [outcome] = await world.scripts.settle(PROVIDER, lease, key, model, "member", atMs, input, output, "unsent", -1, -1, -1, input, 0, 0, 0, 0, 0);
        if (outcome !== "gone") throw new Error(`a lease is settled once: ${lease}`);
      }
    }
  }
  return nothing;
}
