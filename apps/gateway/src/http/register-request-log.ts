import type { Logger } from "@composite-llm/runtime";
import type { FastifyInstance } from "fastify";

/** One line for each request, when it is over. Never what was said in it. */
export function registerRequestLog(app: FastifyInstance, logger: Logger): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    logger.info(
      {
        request: request.id,
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.raw.statusCode,
        ms: Math.round(reply.elapsedTime),
        run: reply.raw.getHeader("x-composite-run-id"),
      },
      "request",
    );
    done();
  });
}
