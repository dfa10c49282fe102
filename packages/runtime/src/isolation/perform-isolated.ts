import { parseEnvironment } from "../environment.ts";
import { createLogger, LOG_LEVELS } from "../logger.ts";
import type { ServiceContext } from "../run-service.ts";
import { choiceVariable } from "../variable.ts";
import { BEAT_EVERY_MS, type FromIsolated, type ToIsolated } from "./isolated-process.ts";

export interface IsolatedOptions {
  name: string;
  /** Prepares for the job that will come; a rejection is the process's fault and not the job's. */
  prepare(context: ServiceContext): Promise<Performer>;
}

export interface Performer {
  /** Does the job and says what came of it, in a word for the service. */
  perform(job: unknown): Promise<string>;
  close(): Promise<void>;
}

function tell(message: FromIsolated): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });
}

/**
 * This process as one that was forked for one job: it prepares, does the job, says what came of it and ends. Whatever ends it before is a death by that
 * job. It ends at once when its service is gone, and hands the job back when that asks for it.
 */
export async function performIsolated({ name, prepare }: IsolatedOptions): Promise<void> {
  const { env } = process;
  const { level } = parseEnvironment({ level: choiceVariable("LOG_LEVEL", LOG_LEVELS, "info") }, env);
  const logger = createLogger({ name, level });
  const ending = new AbortController();
  const { promise: job, resolve: take } = Promise.withResolvers<unknown>();

  process.on("message", (message: ToIsolated) => {
    if ("job" in message) take(message.job);
    else ending.abort(new Error("the service shuts down"));
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => ending.abort(new Error(signal)));
  process.on("disconnect", () => process.exit(1));
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error }, "uncaught");
      process.exit(1);
    });
  }

  let performer: Performer;
  try {
    performer = await prepare({ logger, env, signal: ending.signal });
  } catch (error) {
    await tell({ failed: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
  const beat = setInterval(() => void tell({ isAlive: true }), BEAT_EVERY_MS);
  void tell({ isAlive: true });
  let outcome: FromIsolated;
  try {
    outcome = { outcome: await performer.perform(await job) };
  } catch (error) {
    logger.error({ err: error }, "the job could not be done");
    outcome = { failed: error instanceof Error ? error.message : String(error) };
  }
  clearInterval(beat);
  await tell(outcome);
  await performer.close().catch((error: unknown) => logger.warn({ err: error }, "closing failed"));
  process.exit(0);
}
