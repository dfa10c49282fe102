import type { DestinationStream } from "pino";
import { type Environment, parseEnvironment } from "./environment.ts";
import { createLogger, LOG_LEVELS, type Logger } from "./logger.ts";
import { nodeProcess, type ProcessHost } from "./process-host.ts";
import { scrub } from "./scrub.ts";
import { toStartupError } from "./to-startup-error.ts";
import { choiceVariable } from "./variable.ts";
import { readVersion } from "./version.ts";

export interface ServiceContext {
  logger: Logger;
  env: Environment;
  /** Aborted when the process is asked to end. */
  signal: AbortSignal;
}

export interface RunningService {
  /** Where it listens, as `http://127.0.0.1:8080`; null when it does not. */
  listening: string | null;
  /** How long `shutdown` may take now, before the process ends anyway; as the service's options say unless given. */
  graceMs?(): number;
  /** Takes nothing new, finishes or hands back what it has, closes everything. */
  shutdown(): Promise<void>;
}

export interface ServiceOptions {
  name: string;
  /** How long `shutdown` may take before the process ends anyway; 10 s unless given. */
  graceMs?: number;
  start(context: ServiceContext): Promise<RunningService>;
}

export interface ServiceSurroundings {
  host?: ProcessHost;
  /** Where the log goes; standard output unless given. */
  logDestination?: DestinationStream;
}

const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * Runs a service as this process: logger, start, announcement over IPC and in the log, graceful end.
 *
 * SIGTERM, SIGINT and the loss of the launcher's IPC channel end it gracefully with code 0; a second signal ends it at
 * once, as does the end of the grace time (code 1). A start that fails prints one sentence and ends with code 1, an
 * uncaught exception is logged and ends with code 1.
 */
export async function runService(options: ServiceOptions, surroundings: ServiceSurroundings = {}): Promise<void> {
  const host = surroundings.host ?? nodeProcess;
  const ending = new AbortController();
  let logger: Logger | null = null;
  let service: RunningService | null = null;

  const fail = async (error: unknown): Promise<void> => {
    const known = toStartupError(error);
    const sentence = scrub(known?.message ?? `${options.name} could not start: ${error instanceof Error ? error.message : String(error)}`);
    if (known === null) logger?.fatal({ err: error }, "start failed");
    host.printError(sentence);
    await host.send({ failed: sentence });
    host.exit(1);
  };

  const stop = async (running: RunningService): Promise<void> => {
    try {
      await running.shutdown();
      logger?.info("shut down");
      host.exit(0);
    } catch (error) {
      logger?.error({ err: error }, "shutdown failed");
      host.exit(1);
    }
  };

  const end = async (reason: string): Promise<void> => {
    if (ending.signal.aborted) return;
    ending.abort(new Error(reason));
    logger?.info({ reason }, "shutting down");
    const graceMs = service?.graceMs?.() ?? options.graceMs ?? 10_000;
    const timer = setTimeout(() => {
      logger?.error({ graceMs }, "the grace time is over, ending anyway");
      host.exit(1);
    }, graceMs);
    timer.unref();
    // A start under way sees the signal; what it brings up is shut down once it is there.
    if (service !== null) await stop(service);
  };

  host.onSignal((signal) => {
    if (ending.signal.aborted) host.exit(128 + SIGNAL_NUMBERS[signal]);
    else void end(signal);
  });
  host.onDisconnect(() => void end("the process that started this one is gone"));
  host.onCrash((error) => {
    logger?.fatal({ err: error }, "uncaught");
    host.exit(1);
  });

  try {
    const { level } = parseEnvironment({ level: choiceVariable("LOG_LEVEL", LOG_LEVELS, "info") }, host.env);
    const destination = surroundings.logDestination;
    logger = createLogger({ name: options.name, level, ...(destination === undefined ? {} : { destination }) });
    service = await options.start({ logger, env: host.env, signal: ending.signal });
  } catch (error) {
    if (ending.signal.aborted) host.exit(0);
    else await fail(error);
    return;
  }
  if (ending.signal.aborted) {
    await stop(service);
    return;
  }
  logger.info({ url: service.listening, ...readVersion() }, "listening");
  await host.send({ listening: service.listening });
}
