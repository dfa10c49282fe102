import { ApiError } from "@composite-llm/core";
import type { Logger } from "@composite-llm/runtime";
import type { FastifyInstance, FastifyReply } from "fastify";
import { ENDPOINTS } from "./endpoints.ts";
import { toApiError } from "./to-api-error.ts";

export function sendError(reply: FastifyReply, error: ApiError): FastifyReply {
  return reply
    .code(error.status)
    .headers(error.headers)
    .type("application/json; charset=utf-8")
    .send(JSON.stringify({ error: error.body }));
}

/** A path that is not ours. Clients whose base URL lacks the version are told so. */
function unknownEndpoint(method: string, url: string): ApiError {
  const path = url.split("?", 1)[0] ?? "/";
  const isUnversioned = ENDPOINTS.some((endpoint) => endpoint.endsWith(` /v1${path}`));
  const hint = isUnversioned ? ` The client's base URL must end in /v1.` : "";
  return new ApiError("unknown_endpoint", `There is no ${method} ${path.slice(0, 200)}.${hint} There are: ${ENDPOINTS.join(", ")}.`);
}

/** Makes every answer that is no success an error in the form of the OpenAI API. */
export function registerErrors(app: FastifyInstance, logger: Logger, bodyLimitBytes: number): void {
  app.setNotFoundHandler((request, reply) => sendError(reply, unknownEndpoint(request.method, request.url)));
  app.setErrorHandler((error, request, reply) => {
    const told = toApiError(error, bodyLimitBytes);
    if (told.key === "internal_error") logger.error({ err: error, request: request.id, url: request.url }, "a request failed");
    // Closing on a client that still sends would cost it the answer: what it sends is read and dropped, within the upload's time limit.
    if (told.key === "request_too_large") reply.removeHeader("connection");
    return sendError(reply, told);
  });
}
