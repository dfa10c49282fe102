import type { FastifyReply } from "fastify";
import type { PlannedRequest } from "../plan/plan-request.ts";
import { startRun } from "../runs/start-run.ts";
import { watchClient } from "../runs/watch-client.ts";
import { createChatStream } from "../sse/chat-stream.ts";
import { createChunkFormat } from "../sse/chunk-format.ts";
import { openSse } from "../sse/sse-connection.ts";
import { runHeaders } from "./answer-headers.ts";
import type { ChatDeps } from "./chat-deps.ts";

/** Headers that were set so far, in the form that the raw response takes. */
function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : String(value)]),
  );
}

/**
 * Answers with a stream as soon as the run is accepted; from then on errors are chunks. What fails before is thrown and
 * becomes a status.
 */
export async function answerWithStream(deps: ChatDeps, planned: PlannedRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { plan, restart, onDisconnect } = planned;
  const startedMs = deps.clock.monotonicMs();
  const client = watchClient(reply.raw);
  const started = await startRun(deps.gate, plan);
  const { run, following } = started;
  const hangUp = (): void => {
    following.close();
    deps.hangUps.onGone(run, onDisconnect);
  };
  reply.hijack();
  if (client.isGone) {
    hangUp();
    return reply;
  }

  const headers = {
    ...headersOf(reply),
    ...runHeaders(run, plan),
    "openai-processing-ms": String(Math.round(deps.clock.monotonicMs() - startedMs)),
  };
  const connection = openSse(reply.raw, headers, deps.timing, {
    onFull: () => following.pause(),
    onDrained: () => following.resume(),
    onGone: () => {
      deps.openStreams.delete(stream);
      hangUp();
    },
  });
  const stream = createChatStream({
    run,
    format: createChunkFormat({
      id: `chatcmpl-${run}`,
      created: Math.floor(plan.createdAtMs / 1000),
      model: plan.model,
      includeUsage: plan.delivery.includeUsage,
    }),
    delivery: plan.delivery,
    restart,
    send: (text) => connection.send(text),
    onEnd: () => {
      deps.openStreams.delete(stream);
      following.close();
      connection.end();
    },
  });
  deps.openStreams.add(stream);
  started.listen(stream);
  return reply;
}
