import type { Clock } from "@composite-llm/core";
import type { LimitsBoard, RunGate } from "@composite-llm/queue";
import type { Logger, Version } from "@composite-llm/runtime";
import { fastify, type FastifyInstance } from "fastify";
import { registerAdmin } from "./admin/register-admin.ts";
import { registerAuth } from "./auth/register-auth.ts";
import { registerChat } from "./chat/register-chat.ts";
import { answerMalformedHttp } from "./errors/malformed-http.ts";
import { closeWithin } from "./close-within.ts";
import { registerErrors, sendError } from "./errors/register-errors.ts";
import { toApiError } from "./errors/to-api-error.ts";
import { registerHealth } from "./health/register-health.ts";
import { registerCors } from "./http/register-cors.ts";
import { registerRequestLog } from "./http/register-request-log.ts";
import { registerModels } from "./models/register-models.ts";
import { registerProviders } from "./providers/register-providers.ts";
import { createHangUpPolicy } from "./runs/hang-up.ts";
import type { OpenAnswers } from "./runs/open-answers.ts";
import { registerRuns } from "./runs-api/register-runs.ts";
import { trackLastAnswers } from "./last-answers.ts";
import { trackUnusedConnections } from "./unused-connections.ts";
import type { Settings } from "./settings.ts";
import { DEFAULT_STREAM_TIMING, type StreamTiming } from "./sse/sse-connection.ts";

export interface GatewayDeps {
  gate: RunGate;
  limits: LimitsBoard;
  /** What follows from the configuration as it is now. */
  settings(): Settings;
  bodyLimitBytes: number;
  clock: Clock;
  randomBytes(size: number): Buffer;
  logger: Logger;
  version: Version;
  timing?: Partial<StreamTiming>;
  /** Whether other processes listen on the same port; no unless given. */
  sharesPort?: boolean;
}

export interface Gateway {
  app: FastifyInstance;
  /** Takes no new connection, lets answers under way finish, and after the grace time cuts what is left; its runs go on. */
  shutdown(graceMs: number): Promise<void>;
}

/** Uploads that take longer than this are cut. */
const REQUEST_TIMEOUT_MS = 120_000;

/** The HTTP API, ready to listen or to be injected into. */
export function buildGateway(deps: GatewayDeps): Gateway {
  const { gate, limits, settings, logger, bodyLimitBytes, randomBytes, clock } = deps;
  const openAnswers: OpenAnswers = new Set();
  const hangUps = createHangUpPolicy();
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => `req_${randomBytes(12).toString("hex")}`,
    clientErrorHandler: answerMalformedHttp,
    frameworkErrors: (error, _request, reply) => void sendError(reply, toApiError(error, bodyLimitBytes)),
    // A connection that is still in use while we close gets its answer; it is closed behind it.
    return503OnClosing: false,
  });

  registerErrors(app, logger, bodyLimitBytes);
  registerRequestLog(app, logger);
  registerCors(app, settings);
  // The body is parsed by the route: only it knows what to look for in the bytes.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  registerHealth(app, { ready: { queue: () => gate.isReady() }, version: deps.version });

  app.register((api, _options, done) => {
    registerAuth(api, settings);
    const routeDeps = {
      gate,
      clock,
      hangUps,
      timing: { ...DEFAULT_STREAM_TIMING, ...deps.timing },
      openAnswers,
      settings,
      randomBytes,
      logger,
    };
    registerChat(api, routeDeps);
    registerRuns(api, routeDeps);
    registerModels(api, settings);
    done();
  });

  app.register((admin, _options, done) => {
    registerAdmin(admin, gate, settings);
    registerProviders(admin, limits, settings);
    done();
  });

  const unused = trackUnusedConnections(app.server);
  const lastAnswers = trackLastAnswers(app.server);
  return {
    app,
    shutdown: (graceMs) =>
      closeWithin(app, {
        unused,
        lastAnswers,
        sharesPort: deps.sharesPort ?? false,
        graceMs,
        clock,
        cutOff: () => {
          hangUps.stop();
          for (const answer of openAnswers) answer.cut(new Error("the gateway shuts down"));
        },
      }),
  };
}
