import type { ServerResponse } from "node:http";
import { BOMB_MARK } from "../answer/compose-answer.ts";
import type { PacedClock } from "../pace/paced-clock.ts";
import type { Action, Script } from "./action.ts";
import { buildGzipBomb } from "./gzip-bomb.ts";

/** What a delivery has done so far, readable at any moment. */
export interface Tally {
  status: number | null;
  bytesSent: number;
  outputTokens: number;
  /** Whether we broke it ourselves. */
  isSpoilt: boolean;
}

export function createTally(): Tally {
  return { status: null, bytesSent: 0, outputTokens: 0, isSpoilt: false };
}

const FLUSH_CHARACTERS = 64 * 1024;
/** Long enough for the other side to read what came before a reset. */
const BEFORE_RESET_MS = 20;

/** Plays scripts on one response. Every wait ends early when the caller leaves. */
class Performance {
  readonly #response: ServerResponse;
  readonly #tally: Tally;
  readonly #clock: PacedClock;
  #pending = "";
  #headMs = 0;

  constructor(response: ServerResponse, tally: Tally, clock: PacedClock) {
    this.#response = response;
    this.#tally = tally;
    this.#clock = clock;
  }

  get isOver(): boolean {
    return this.#response.destroyed;
  }

  /** Does one action; a promise only where there is something to wait for. */
  play(action: Action): Promise<void> | null {
    switch (action.kind) {
      case "head":
        this.#tally.status = action.status;
        this.#response.writeHead(action.status, action.headers);
        this.#headMs = this.#clock.monotonicMs();
        return null;
      case "send":
        this.#pending += action.text;
        this.#tally.outputTokens += action.tokens;
        return this.#pending.length > FLUSH_CHARACTERS ? this.#flush() : null;
      case "send-bytes":
        return this.#write(action.bytes);
      case "wait":
        return action.ms > 0 ? this.#wait(action.ms) : null;
      case "until": {
        const ms = this.#headMs + action.ms - this.#clock.monotonicMs();
        return ms >= 1 ? this.#wait(ms) : null;
      }
      case "generate":
        return this.#generate(action);
      case "bomb":
        return this.#bomb(action);
      case "spoil":
        this.#tally.isSpoilt = true;
        return null;
      case "end":
        this.#tally.bytesSent += Buffer.byteLength(this.#pending);
        this.#response.end(this.#pending);
        this.#pending = "";
        return null;
      case "reset":
      case "half-close":
        return this.#break(action.kind);
      default:
        return this.#wait(null);
    }
  }

  #flush(): Promise<void> | null {
    if (this.#pending === "") return null;
    const text = this.#pending;
    this.#pending = "";
    return this.#write(text);
  }

  /** Writes; a slow reader is waited for, so that nothing piles up. */
  #write(data: string | Uint8Array): Promise<void> | null {
    if (this.isOver) return null;
    this.#tally.bytesSent += Buffer.byteLength(data);
    return this.#response.write(data) ? null : this.#settle("drain", null);
  }

  /** @param ms null to wait until the caller leaves */
  async #wait(ms: number | null): Promise<void> {
    await this.#flush();
    if (this.#tally.status !== null) this.#response.flushHeaders();
    await this.#settle(null, ms);
  }

  #settle(event: "drain" | null, ms: number | null): Promise<void> {
    if (this.isOver) return Promise.resolve();
    const response = this.#response;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        response.off("close", done);
        if (event !== null) response.off(event, done);
        resolve();
      };
      const timer = ms === null ? undefined : setTimeout(done, this.#clock.toRealMs(ms));
      response.on("close", done);
      if (event !== null) response.on(event, done);
    });
  }

  async #generate({ firstMs, ms, tokens }: Extract<Action, { kind: "generate" }>): Promise<void> {
    const startMs = this.#clock.monotonicMs();
    await this.#settle(null, firstMs + ms);
    const elapsedMs = this.#clock.monotonicMs() - startMs - firstMs;
    const share = !this.isOver ? 1 : ms === 0 ? 0 : Math.min(1, Math.max(0, elapsedMs / ms));
    this.#tally.outputTokens += Math.floor(tokens * share);
  }

  async #bomb({ text, megabytes, tokens }: Extract<Action, { kind: "bomb" }>): Promise<void> {
    const [before = "", after = ""] = text.split(BOMB_MARK, 2);
    const bytes = await buildGzipBomb(before, megabytes, after);
    this.#tally.outputTokens += tokens;
    await this.#write(bytes);
  }

  async #break(kind: "reset" | "half-close"): Promise<void> {
    this.#tally.isSpoilt = true;
    await this.#wait(BEFORE_RESET_MS);
    const { socket } = this.#response;
    if (kind === "reset") socket?.resetAndDestroy();
    else socket?.end();
  }
}

/** Plays a script to its end, or until the caller leaves. */
export async function performScript(script: Script, response: ServerResponse, tally: Tally, clock: PacedClock): Promise<void> {
  const performance = new Performance(response, tally, clock);
  for (const action of script) {
    if (performance.isOver) return;
    const wait = performance.play(action);
    if (wait !== null) await wait;
  }
}
