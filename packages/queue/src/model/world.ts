import type { RunId } from "@composite-llm/core";
import type { Redis } from "ioredis";
import type { ScriptTexts } from "../lua/load-scripts.ts";
import { createKeys, type Keys } from "../run/run-keys.ts";
import { createRunScripts, type ScriptReply } from "../run/run-scripts.ts";
import type { Action } from "./action.ts";
import { createLook, type Look } from "./look.ts";
import { toScriptCall } from "./to-script-call.ts";

/** The real side of the model: the scripts on a Redis, under a prefix of their own. */
export interface World {
  keys: Keys;
  /** One call of one script. What is asked for without waiting in between is answered in order. */
  send(action: Action): Promise<ScriptReply>;
  look: Look;
  /** A process's inbox appears, as its process makes it. */
  makeInbox(inbox: string): Promise<void>;
  /** Keys whose time is over; all at one moment. */
  expire(...keys: string[]): Promise<void>;
  /** Every key and how long it still lives, then removes them all. */
  clear(): Promise<{ key: string; ttlMs: number }[]>;
}

const INBOX_MS = 600_000;

export function openWorld(redis: Redis, prefix: string, texts?: ScriptTexts): World {
  const keys = createKeys(prefix);
  const scripts = createRunScripts(redis, keys, texts);
  return {
    keys,
    send: (action) => {
      const [name, args] = toScriptCall(action);
      return scripts[name](action.run, ...args);
    },
    look: createLook(redis, prefix),
    makeInbox: async (inbox) => {
      await redis.multi().xadd(inbox, "*", "m", "{}").pexpire(inbox, INBOX_MS).exec();
    },
    expire: async (...gone) => {
      await redis.del(...gone);
    },
    clear: async () => {
      const found = await redis.keys(`${prefix}:*`);
      const ttls = await Promise.all(found.map((key) => redis.pttl(key)));
      if (found.length > 0) await redis.del(...found);
      return found.map((key, index) => ({ key, ttlMs: ttls[index] ?? -2 }));
    },
  };
}

/** Short names read better in a counterexample, and no script looks at their form. */
export function toRunId(number: number): RunId {
  return `r${number}` as RunId;
}
