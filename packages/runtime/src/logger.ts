import { type DestinationStream, type Logger, pino } from "pino";
import { scrub } from "./scrub.ts";

export type { Logger };

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  /** Stands in every line as `service`. */
  name: string;
  level: LogLevel;
  /** Where the lines go; standard output unless given. */
  destination?: DestinationStream;
}

/**
 * A logger that writes one JSON object a line. Keys, authorization headers and passwords in addresses are replaced in
 * the finished line, whatever brought them there.
 */
export function createLogger({ name, level, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service: name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: scrub },
    },
    // Written behind the event loop's back, so that a slow reader of the log never holds up a request.
    destination ?? pino.destination({ dest: 1, sync: false }),
  );
}
