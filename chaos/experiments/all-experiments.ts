import type { Experiment } from "./experiment.ts";
import { flushTheScripts, killRedisClients } from "./flush-and-kill-clients.ts";
import { freezeTheRedis } from "./freeze-redis.ts";
import { freezeWorker } from "./freeze-worker.ts";
import { fullRedis } from "./full-redis.ts";
import { garbledAnswer } from "./garbled-answer.ts";
import { killSomeProcess } from "./kill-at-random.ts";
import { killCaller } from "./kill-caller.ts";
import { killGateway } from "./kill-gateway.ts";
import { killOrchestrator } from "./kill-orchestrator.ts";
import { killTheRedis } from "./kill-redis.ts";
import { largeBodies } from "./large-bodies.ts";
import { leaveOrCancel } from "./leave-or-cancel.ts";
import { oneKey } from "./one-key.ts";
import { outageAndBacklog } from "./outage-and-backlog.ts";
import { partWorker } from "./part-worker.ts";
import { poison } from "./poison.ts";
import { silentProvider } from "./provider-silence.ts";
import { rollingRestart } from "./rolling-restart.ts";
import { shiftedClocks } from "./shifted-clocks.ts";
import { slowReaders } from "./slow-readers.ts";
import { tenDeaths } from "./ten-deaths.ts";
import { throttlingStorms } from "./throttling-storms.ts";
import { truncatedStream } from "./truncated-stream.ts";
import { wrongUsage } from "./wrong-usage.ts";

/** Those of one number are parts of one experiment. */
export const EXPERIMENTS: readonly Experiment[] = [
  killGateway,
  killOrchestrator,
  killCaller,
  killSomeProcess,
  tenDeaths,
  freezeWorker,
  killTheRedis,
  freezeTheRedis,
  partWorker,
  flushTheScripts,
  killRedisClients,
  fullRedis,
  silentProvider,
  truncatedStream,
  garbledAnswer,
  throttlingStorms,
  wrongUsage,
  poison,
  largeBodies,
  shiftedClocks,
  outageAndBacklog,
  slowReaders,
  leaveOrCancel,
  oneKey,
  rollingRestart,
];
