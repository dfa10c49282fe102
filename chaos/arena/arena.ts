import type { Random } from "@composite-llm/core";
import type { Stack } from "@composite-llm/scripts/stack";
import type { Redis } from "ioredis";
import type { Disturbance } from "../evidence/disturbance.ts";
import type { ProviderLimits, Recovery } from "../evidence/evidence.ts";
import type { RedisServer } from "../inject/redis-server.ts";
import type { ClientRecord } from "../load/client-record.ts";
import type { ProcessWay } from "./process-way.ts";

/** A whole system of processes with a Redis of its own, each process on its own way to it, and what happens to it by the suite's hand. */
export interface Arena {
  stack: Stack;
  server: RedisServer;
  /** The suite's own connection, which no proxy stands in. */
  redis: Redis;
  /** By the name of the process. */
  ways: ReadonlyMap<string, ProcessWay>;
  random: Random;
  clients: ClientRecord[];
  disturbances: Disturbance[];
  recoveries: Recovery[];
  /** What was measured on the way, in ms or MB, by what it is. */
  measured: Map<string, number[]>;
  /** What is looked at in the background; waited for before the evidence is gathered. */
  watches: Promise<void>[];
  /** Keys before the first request. */
  keysBefore: readonly string[];
  /** By wire format. */
  limits: Readonly<Record<string, ProviderLimits>>;
  /** Where the suite keeps files for the processes; removed with the arena. */
  folder: string;
  say(line: string): void;
  close(): Promise<void>;
}

export interface ArenaOptions {
  orchestrators?: number;
  callers?: number;
  /** What each provider allows, over all processes; no limit unless given. */
  limits?: Partial<ProviderLimits>;
  /** The same of each of its models by itself. */
  modelLimits?: Partial<ProviderLimits>;
  /** Whether what providers answer lowers and raises their rates; true unless given. */
  adaptive?: boolean;
  /** Whether the clocks of processes can be set wrong, see `shiftClock`. */
  hasClocks?: boolean;
  /** Time-outs of providers. */
  timeouts?: { firstTokenMs: number; idleMs: number };
  /** Strategy modules by name, as text. */
  strategies?: Readonly<Record<string, string>>;
  env?: Readonly<Record<string, string>>;
}
