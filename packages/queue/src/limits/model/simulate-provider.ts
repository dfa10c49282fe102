import { type LimitsWorld, PROVIDER } from "./limits-world.ts";

/** A provider that enforces a limit nobody was told of, as a bucket that is refilled all the time. */
export interface SimulatedProvider {
  /** Requests a minute, at a time since the start. */
  limitAt(ms: number): number;
  /** What the bucket holds, in seconds of the limit. */
  burstSeconds: number;
  /** How long an answer takes, and how long a refusal. */
  serviceMs: number;
  refusalMs: number;
  /** What refusals ask to wait; -1: they say nothing. */
  retryAfterMs: number;
}

export interface Answered {
  atMs: number;
  isRefused: boolean;
}

const STEP_MS = 10;
const WAITING = 30;

/** Plays a provider to whom ten times more calls come than it takes, as long as few wait. Gives its answers, by when they were asked for. */
export async function simulateProvider(world: LimitsWorld, provider: SimulatedProvider, lengthMs: number): Promise<Answered[]> {
  const answered: Answered[] = [];
  const ends: { atMs: number; kind: string; reply: unknown[] }[] = [];
  const called: string[] = [];
  const startMs = world.nowMs();
  let [waiting, calls, lookAtMs] = [0, 0, 0];
  const holdsAt = (ms: number): number => (provider.limitAt(ms) * provider.burstSeconds) / 60;
  let left = holdsAt(0);

  const note = (lookMs: unknown, jobs: unknown): void => {
    if (Number(lookMs) >= 0) lookAtMs = Math.min(lookAtMs, world.nowMs() + Number(lookMs));
    for (const job of jobs as string[]) called.push((JSON.parse(job) as { ticket: string }).ticket);
  };
  const ask = async (ticket: string): Promise<void> => {
    // prettier-ignore
    const reply = await world.scripts.admit(PROVIDER, ticket, "m", "main", 1, 0, "a", 1, 2, 1e14, "", "{}", ticket, 0);
    note(reply[2], reply[3]);
    if (reply[0] !== "granted") return;
    const nowMs = world.nowMs();
    const isRefused = left < 1;
    if (!isRefused) left -= 1;
    answered.push({ atMs: nowMs - startMs, isRefused });
    ends.push({ atMs: nowMs + (isRefused ? provider.refusalMs : provider.serviceMs), kind: isRefused ? "throttled" : "succeeded", reply });
  };

  while (world.nowMs() - startMs < lengthMs) {
    world.pass(STEP_MS);
    const nowMs = world.nowMs();
    const sinceMs = nowMs - startMs;
    left = Math.min(holdsAt(sinceMs), left + (provider.limitAt(sinceMs) / 60_000) * STEP_MS);
    for (const end of ends.filter(({ atMs }) => atMs <= nowMs)) {
      ends.splice(ends.indexOf(end), 1);
      const [, , , , key, lease, at] = end.reply.map(String);
      // prettier-ignore
      const reply = await world.scripts.settle(PROVIDER, lease ?? "", key ?? "", "m", "member", at ?? "", 1, 0, end.kind, -1, -1, provider.retryAfterMs, 1, 0, 0, 0, 0, 0);
      note(reply[2], reply[3]);
    }
    if (nowMs >= lookAtMs) {
      lookAtMs = nowMs + 1000;
      const [, jobs, looks] = await world.scripts.grant("granter", PROVIDER);
      note((looks as unknown[])[1] ?? -1, jobs);
    }
    while (called.length > 0) {
      waiting -= 1;
      await ask(called.shift() ?? "");
    }
    if (waiting < WAITING) {
      waiting += 1;
      const before = answered.length;
      await ask(`t${(calls += 1)}`);
      if (answered.length > before) waiting -= 1;
    }
  }
  return answered;
}
