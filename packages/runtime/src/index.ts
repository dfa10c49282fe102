export { StartupError } from "@composite-llm/core";
export { type Environment, type EnvironmentValues, parseEnvironment } from "./environment.ts";
export { type HealthCheck, type HealthChecks, type HealthReport, runHealthChecks } from "./health-checks.ts";
export { createHealthServer, type HealthRoute, type HealthServer, type HealthServerOptions } from "./health-server.ts";
export { type ApartJob, doApart, HANDED_BACK } from "./isolation/do-apart.ts";
export { isIsolated } from "./isolation/isolated-process.ts";
export { createIsolation, type IsolatedEnd, type Isolation, type IsolationOptions } from "./isolation/isolation.ts";
export { type IsolatedOptions, type Performer, performIsolated } from "./isolation/perform-isolated.ts";
export { createLogger, LOG_LEVELS, type Logger, type LoggerOptions, type LogLevel } from "./logger.ts";
export { findUrlProblem, hostOf } from "./outgoing-url.ts";
export type { ProcessHost } from "./process-host.ts";
export { isPublicAddress } from "./public-address.ts";
export { type RunningService, runService, type ServiceContext, type ServiceOptions, type ServiceSurroundings } from "./run-service.ts";
export { scrub } from "./scrub.ts";
export { toStartupError } from "./to-startup-error.ts";
export {
  choiceVariable,
  integerVariable,
  listVariable,
  portVariable,
  type Reading,
  required,
  secretListVariable,
  secretVariable,
  textVariable,
  urlListVariable,
  urlVariable,
  type Variable,
} from "./variable.ts";
export { readVersion, type Version } from "./version.ts";
