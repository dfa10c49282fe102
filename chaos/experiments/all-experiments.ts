import type { Experiment } from "./experiment.ts";
import { freezeTheRedis } from "./freeze-redis.ts";
import { killSomeProcess } from "./kill-at-random.ts";
import { killCaller } from "./kill-caller.ts";
import { killOrchestrator } from "./kill-orchestrator.ts";
import { killTheRedis } from "./kill-redis.ts";
import { oneKey } from "./one-key.ts";

export const EXPERIMENTS: readonly Experiment[] = [killOrchestrator, killCaller, killSomeProcess, killTheRedis, freezeTheRedis, oneKey];
