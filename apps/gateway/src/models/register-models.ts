import type { FastifyInstance } from "fastify";
import type { Settings } from "../settings.ts";

/** `GET /v1/models` and `GET /v1/models/{id}`; an id may have its slashes encoded or not. */
export function registerModels(app: FastifyInstance, settings: () => Settings): void {
  app.get("/v1/models", (request) => settings().models.list(request.caller));
  app.get<{ Params: { "*": string } }>("/v1/models/*", (request) => settings().models.find(request.params["*"], request.caller));
}
