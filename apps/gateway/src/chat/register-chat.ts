import { parseChatRequest, parseJsonBody } from "@composite-llm/openai-api";
import type { FastifyInstance } from "fastify";
import { traceIdOf } from "../http/incoming-trace.ts";
import { readBody } from "../http/read-body.ts";
import { toWish } from "../runs/to-wish.ts";
import type { Settings } from "../settings.ts";
import { answerWithJson } from "./answer-with-json.ts";
import { answerWithStream } from "./answer-with-stream.ts";
import type { ChatDeps } from "./chat-deps.ts";

export interface ChatRouteDeps extends ChatDeps {
  settings(): Settings;
  randomBytes(size: number): Buffer;
}

/** `POST /v1/chat/completions`. Everything that can be refused is refused before the run is handed in. */
export function registerChat(app: FastifyInstance, deps: ChatRouteDeps): void {
  app.post("/v1/chat/completions", (request, reply) => {
    const chat = parseChatRequest(parseJsonBody(readBody(request)));
    const planned = deps.settings().planner.plan(chat, {
      caller: request.caller,
      traceId: traceIdOf(request.headers, deps.randomBytes),
      seed: deps.randomBytes(4).readUInt32BE(),
      nowMs: deps.clock.now(),
      background: false,
    });
    const wish = toWish(request.headers, planned);
    if (!chat.stream) return answerWithJson(deps, planned, wish, reply);
    return answerWithStream(deps, planned, wish, reply).catch((error: unknown) => {
      if (!reply.sent) throw error;
      // Too late for a status: the client learns of it by the broken stream.
      deps.logger.error({ err: error, request: request.id }, "a stream failed");
      reply.raw.destroy();
      return reply;
    });
  });
}
