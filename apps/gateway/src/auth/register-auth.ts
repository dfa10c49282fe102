import type { FastifyInstance } from "fastify";
import type { Settings } from "../settings.ts";
import { authenticate } from "./authenticate.ts";
import type { Caller } from "./key-table.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who sent it; set before a route of the API runs. */
    caller: Caller;
  }
}

/** Checks who asks before a byte of the body is read. */
export function registerAuth(api: FastifyInstance, settings: () => Settings): void {
  api.decorateRequest("caller");
  api.addHook("onRequest", (request, _reply, done) => {
    const { authorization, host } = request.headers;
    request.caller = authenticate(settings().keys, { authorization, host, remoteAddress: request.socket.remoteAddress });
    done();
  });
}
