import { TOKENS_OF, type ModelSettings } from "./model-settings.ts";
import type { LimitsSight } from "./limits-world.ts";

type TokenLimit = keyof typeof TOKENS_OF;
const TOKEN_LIMITS = Object.keys(TOKENS_OF) as TokenLimit[];

/** A call as it asked. */
export interface AskedCall {
  ticket: string;
  model: string;
  input: number;
  output: number;
  untilMs: number;
}

export interface JudgedGrant extends AskedCall {
  lease: string;
  key: string;
  atMs: number;
  liveUntilMs: number;
  isTaken: boolean;
  isSettled: boolean;
  isUnsent: boolean;
  /** What it counts for at its time, by limit: its estimate, less what was given back. */
  counted: Record<TokenLimit, number>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LEASE_MS = 10_000;
/** A request is sent so long after its grant without counting for a later time. */
const LATE_MS = 250;
const SLOT_MS = 2500;
const SLOTS = 25;

function claim(isKept: boolean, promise: string, about: unknown): void {
  if (!isKept) throw new Error(`${promise}: ${JSON.stringify(about)}`);
}

/** Keeps its own books of what was granted and settled, and compares. It knows limits and settlements, not how the scripts count. */
export class LimitsJudge {
  readonly grants = new Map<string, JudgedGrant>();
  /** Calls that have a place. */
  readonly waiting = new Map<string, AskedCall>();
  readonly #settings: ModelSettings;
  /** Overshoots, charged when they were heard of. */
  readonly #debts: { of: JudgedGrant; atMs: number; limit: TokenLimit; tokens: number }[] = [];
  readonly #dayTokens = new Map<number, number>();
  /** Until when a way to a model, or a key, may not be used. */
  readonly #closed = new Map<string, number>();
  readonly #asked = new Map<string, AskedCall>();
  readonly #revoked = new Map<string, number>();
  #isStopped = false;

  constructor(settings: ModelSettings) {
    this.#settings = settings;
  }

  ask(seed: string, call: AskedCall): void {
    this.#asked.set(seed, call);
  }

  take(lease: string, nowMs: number): void {
    const grant = this.grants.get(lease);
    claim(grant !== undefined, "a lease that was told of stands in Redis", lease);
    if (grant === undefined) return;
    claim(!grant.isTaken, "a grant is taken once", lease);
    grant.isTaken = true;
    grant.liveUntilMs = nowMs + LEASE_MS;
    // It is sent now: from then on it counts for this minute.
    if (nowMs - grant.atMs > LATE_MS) grant.atMs = nowMs;
    for (const id of this.#settings.scopes.keys()) if (isIn(grant, id)) this.#checkRequests(id, nowMs);
  }

  renew(leases: readonly string[], gone: readonly string[], nowMs: number): void {
    for (const lease of leases) {
      const grant = this.grants.get(lease);
      if (grant === undefined) continue;
      const isLive = !grant.isSettled && grant.liveUntilMs > nowMs;
      claim(isLive !== gone.includes(lease), "a lease is renewed exactly while it lives", lease);
      if (isLive) grant.liveUntilMs = nowMs + LEASE_MS;
    }
  }

  /** A call that came to something else than its estimate. */
  settle(grant: JudgedGrant, used: { input: number; output: number }, isUnsent: boolean, nowMs: number): void {
    grant.isSettled = true;
    grant.isUnsent = isUnsent;
    const isKept = this.#settings.tokensCounted === "requested" && !isUnsent;
    const difference = (side: "input" | "output"): number => Math.max(used[side] - grant[side], isKept ? 0 : Number.NEGATIVE_INFINITY);
    const more = { input: difference("input"), output: difference("output") };
    for (const limit of TOKEN_LIMITS) {
      const tokens = TOKENS_OF[limit].tokens(more);
      if (tokens > 0) this.#debts.push({ of: grant, atMs: nowMs, limit, tokens });
      else grant.counted[limit] += tokens;
    }
    this.#addToDay(grant.atMs, more.input + more.output, nowMs);
  }

  /** Nothing more may be granted on a way for a time. What was granted before it was closed last tells nothing new. */
  close(way: string, untilMs: number, grantedAtMs: number): void {
    if (grantedAtMs >= (this.#closed.get(way) ?? 0)) this.#closed.set(way, untilMs);
  }

  forget(ticket: string, nowMs: number): void {
    this.waiting.delete(ticket);
    this.#revoked.delete(ticket);
    for (const grant of this.grants.values())
      if (grant.ticket === ticket && !grant.isTaken && !grant.isSettled) this.settle(grant, { input: 0, output: 0 }, true, nowMs);
  }

  /** An operator pauses the provider, or resumes it. */
  stop(isStopped: boolean): void {
    this.#isStopped = isStopped;
  }

  /** Puts into the books what was granted since the last time, and what was taken back. */
  see(sight: LimitsSight, nowMs: number): void {
    const found = this.#findNew(sight, nowMs);
    this.#findGone(sight, nowMs);
    this.#checkLimits(found, nowMs);
  }

  /** Compares what stands in Redis with the books. */
  compare(sight: LimitsSight, nowMs: number): void {
    this.#compareLeases(nowMs);
    this.#compareTickets(sight, nowMs);
    this.#compareTokens(sight);
  }

  #addToDay(atMs: number, tokens: number, nowMs: number): void {
    const day = Math.floor(atMs / DAY_MS);
    if (day === Math.floor(nowMs / DAY_MS)) this.#dayTokens.set(day, (this.#dayTokens.get(day) ?? 0) + tokens);
  }

  #findNew(sight: LimitsSight, nowMs: number): readonly JudgedGrant[] {
    const found: JudgedGrant[] = [];
    for (const lease of Object.keys(sight.leases["p"] ?? {})) {
      if (this.grants.has(lease)) continue;
      const [seed = "", rest = ""] = lease.split("|");
      const call = this.#asked.get(seed.split(".")[0] ?? "");
      const [key = "", model] = rest.split("/");
      claim(call !== undefined && model === call.model, "a grant answers an ask", lease);
      if (call === undefined) continue;
      const counted = {
        inputTokensPerMinute: call.input,
        outputTokensPerMinute: call.output,
        tokensPerMinute: call.input + call.output,
      };
      const grant = {
        ...call,
        lease,
        key,
        atMs: nowMs,
        liveUntilMs: nowMs + LEASE_MS,
        isTaken: false,
        isSettled: false,
        isUnsent: false,
        counted,
      };
      this.grants.set(lease, grant);
      this.#addToDay(nowMs, call.input + call.output, nowMs);
      claim(call.untilMs > nowMs, "nothing is granted that nobody wants any more", lease);
      claim(!this.#isStopped, "nothing is granted while the provider is paused", lease);
      for (const way of [key, `${key}/${call.model}`])
        claim((this.#closed.get(way) ?? 0) <= nowMs, "nothing is granted on a way that is closed", way);
      found.push(grant);
    }
    return found;
  }

  /** Leases that are gone were settled, or never taken in time, or ended long ago. */
  #findGone(sight: LimitsSight, nowMs: number): void {
    const standing = sight.leases["p"] ?? {};
    for (const grant of this.grants.values()) {
      if (grant.lease in standing) {
        claim(!grant.isSettled, "a lease that was given back is gone", grant.lease);
        continue;
      }
      if (grant.isSettled) continue;
      // Its lease is over, or its day.
      const isOver = nowMs >= grant.liveUntilMs || Math.floor(nowMs / DAY_MS) !== Math.floor(grant.atMs / DAY_MS);
      if (!grant.isTaken && isOver) {
        const isRenewed = [...this.grants.values()].some((one) => one.ticket === grant.ticket && one.atMs > grant.atMs && !one.isSettled);
        // Nobody has looked after the ticket yet.
        if (sight.tickets[grant.ticket] === true && !isRenewed) continue;
        this.settle(grant, { input: 0, output: 0 }, true, nowMs);
        this.#revoked.set(grant.ticket, (this.#revoked.get(grant.ticket) ?? 0) + 1);
      } else claim(nowMs - grant.liveUntilMs >= MINUTE_MS, "no lease is lost", grant.lease);
    }
  }

  /** In any minute no scope grants more than its limits. A day's are those of UTC. */
  #checkLimits(found: readonly JudgedGrant[], nowMs: number): void {
    for (const [id, limits] of this.#settings.scopes) {
      // A debt may be beyond the limit; those who come then wait for it.
      if (!found.some((grant) => isIn(grant, id))) continue;
      this.#checkRequests(id, nowMs);
      const today = this.#since(id, Math.floor(nowMs / DAY_MS) * DAY_MS - 0.5).filter((grant) => !grant.isUnsent);
      claim(today.length <= (limits.requestsPerDay ?? Infinity), "a day holds no more requests than the limit", id);
      for (const limit of TOKEN_LIMITS) {
        const sum = this.#sumOf(id, limit, (atMs) => atMs > nowMs - MINUTE_MS);
        claim(sum <= (limits[limit] ?? Infinity) + 1e-6, "a minute holds no more tokens than the limit", { id, limit, sum });
      }
    }
  }

  #since(id: string, sinceMs: number): JudgedGrant[] {
    return [...this.grants.values()].filter((grant) => isIn(grant, id) && grant.atMs > sinceMs);
  }

  #checkRequests(id: string, nowMs: number): void {
    const limit = this.#settings.scopes.get(id)?.requestsPerMinute ?? Infinity;
    claim(this.#since(id, nowMs - MINUTE_MS).length <= limit, "a minute holds no more requests than the limit", id);
  }

  #sumOf(id: string, limit: TokenLimit, isWithin: (atMs: number) => boolean): number {
    let sum = 0;
    for (const grant of this.grants.values()) if (isIn(grant, id) && isWithin(grant.atMs)) sum += grant.counted[limit];
    for (const debt of this.#debts) if (debt.limit === limit && isIn(debt.of, id) && isWithin(debt.atMs)) sum += debt.tokens;
    return sum;
  }

  #compareLeases(nowMs: number): void {
    for (const [id, limits] of this.#settings.scopes) {
      const live = [...this.grants.values()].filter((grant) => isIn(grant, id) && !grant.isSettled && grant.liveUntilMs > nowMs);
      claim(live.length <= (limits.concurrent ?? Infinity), "no more leases live than the limit", { id, live: live.length });
    }
  }

  #compareTickets(sight: LimitsSight, nowMs: number): void {
    claim(new Set(sight.queued).size === sight.queued.length, "a ticket stands in one queue", sight.queued);
    for (const ticket of sight.queued) claim(this.waiting.has(ticket), "nobody stands in a queue who does not wait", ticket);
    for (const ticket of sight.queued)
      claim(sight.tickets[ticket] === false, "whoever stands in a queue has a ticket that is not granted", ticket);
    for (const [ticket, call] of this.waiting) {
      const isOver = call.untilMs <= nowMs || (this.#revoked.get(ticket) ?? 0) >= 2;
      if (sight.tickets[ticket] === undefined && isOver) {
        this.forget(ticket, nowMs);
        continue;
      }
      claim(ticket in sight.tickets, "no ticket is lost", ticket);
      claim(sight.due.includes(ticket), "every ticket is looked after", ticket);
      if (sight.tickets[ticket] === false) claim(sight.queued.includes(ticket), "whoever waits stands in a queue", ticket);
      else {
        const granted = [...this.grants.values()].filter((grant) => grant.ticket === ticket && !grant.isTaken && !grant.isSettled);
        claim(granted.length === 1, "a granted ticket has one lease", { ticket, leases: granted.map(({ lease }) => lease) });
      }
    }
  }

  /** What was reserved, less what was given back, and the debts: that is what is counted. */
  #compareTokens(sight: LimitsSight): void {
    const counted = this.#dayTokens.get(sight.day) ?? 0;
    claim(counted === sight.dayTokens, "a day's tokens are conserved", { counted, found: sight.dayTokens });
    for (const [name, [newest, found]] of Object.entries(sight.windows)) {
      const [id = "", field = ""] = name.split(" ");
      const limit = TOKEN_LIMITS.find((one) => TOKENS_OF[one].field === field) ?? "tokensPerMinute";
      const sum = this.#sumOf(id, limit, (atMs) => Math.floor(atMs / SLOT_MS) > newest - SLOTS);
      claim(Math.abs(sum - found) < 1e-6, "a minute's tokens are conserved", { name, sum, found });
    }
  }
}

function isIn({ key, model }: JudgedGrant, id: string): boolean {
  return id === "p" || id === `p#${key}` || id === `p#${key}/${model}`;
}
