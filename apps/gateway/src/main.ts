import { readFile } from "node:fs/promises";
import { systemClock } from "@composite-llm/core";
import { createRunGate, joinRunGates, openShards } from "@composite-llm/queue";
import { readVersion, runService } from "@composite-llm/runtime";
import { refuseByPlan } from "./admission/refuse-by-plan.ts";
import { checkListenHost } from "./auth/check-listen-host.ts";
import { buildGateway } from "./build-gateway.ts";
import { createRandomPool } from "./http/random-pool.ts";
import { openLimits } from "./open-limits.ts";
import { openSettings } from "./open-settings.ts";
import { parseConfig } from "./parse-config.ts";

/** Answers may go on this long when the process is asked to end: a little more than a run may take unless told otherwise. */
const DRAIN_MS = 300_000;

await runService({
  name: "gateway",
  graceMs: DRAIN_MS + 5000,
  async start({ env, logger }) {
    const config = parseConfig(env);
    const settings = await openSettings({
      env,
      path: config.configurationPath,
      readFile: (path) => readFile(path, "utf8"),
      logger,
    });
    checkListenHost(config.host, settings.current().keys);
    const shards = config.redisUrls.map((url, shard) => ({
      url,
      prefix: config.redisPrefix,
      onError: (error: Error) => logger.warn({ err: error, shard }, "redis"),
    }));
    const { resultTtlMs } = settings;
    const gate = joinRunGates(
      await openShards(shards, { open: (redis, shard) => createRunGate({ ...redis, shard, clock: systemClock, resultTtlMs }) }),
    );
    const limits = openLimits({
      redis: {
        url: config.limitsRedisUrl,
        prefix: config.redisPrefix,
        onError: (error) => logger.warn({ err: error }, "the Redis of the limits"),
      },
      shards,
      clock: systemClock,
    });
    const gateway = buildGateway({
      gate: config.refusesByPlan ? refuseByPlan(gate, limits) : gate,
      limits,
      settings: () => settings.current(),
      bodyLimitBytes: settings.bodyLimitBytes,
      clock: systemClock,
      randomBytes: createRandomPool(),
      logger,
      version: readVersion(),
      sharesPort: config.reusePort,
    });
    const place = { host: config.host, port: config.port, reusePort: config.reusePort };
    return {
      listening: await gateway.app.listen(place),
      shutdown: async () => {
        settings.close();
        await gateway.shutdown(DRAIN_MS);
        await gate.close();
        await limits.close();
      },
    };
  },
});
