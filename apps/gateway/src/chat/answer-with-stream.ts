import type { FastifyReply } from "fastify";
import { GOES_ON } from "@composite-llm/queue";
import { headersOf } from "../http/headers-of.ts";
import type { PlannedRequest } from "../plan/plan-request.ts";
import { confirmDelivery } from "../runs/confirm-delivery.ts";
import { skipSuperseded } from "../runs/skip-superseded.ts";
import { startRun } from "../runs/start-run.ts";
import type { Wish } from "../runs/to-wish.ts";
import { watchClient } from "../runs/watch-client.ts";
import { createChatStream } from "../sse/chat-stream.ts";
import { createChunkFormat } from "../sse/chunk-format.ts";
import { openSse } from "../sse/sse-connection.ts";
import { runHeaders } from "./answer-headers.ts";
import type { ChatDeps } from "./chat-deps.ts";

/**
 * Answers with a stream as soon as the run is accepted; from then on errors are chunks. What fails before is thrown and
 * becomes a status.
 */
export async function answerWithStream(deps: ChatDeps, planned: PlannedRequest, wish: Wish, reply: FastifyReply): Promise<FastifyReply> {
  const startedMs = deps.clock.monotonicMs();
  const client = watchClient(reply.raw);
  const started = await startRun(deps.gate, planned.plan, wish);
  const { run, plan, following } = started;
  reply.hijack();
  if (client.isGone) {
    deps.hangUps.onGone(following);
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
      deps.openAnswers.delete(answer);
      deps.hangUps.onGone(following);
    },
  });
  const stream = createChatStream({
    run,
    format: createChunkFormat({
      id: `chatcmpl-${run}`,
      created: Math.floor(plan.createdAtMs / 1000),
      model: plan.model,
      includeUsage: planned.plan.delivery.includeUsage,
    }),
    // How it is handed over is the request's own wish, also where the run is another's.
    delivery: planned.plan.delivery,
    // Of a run that is over only the committed answer counts: what an abandoned attempt said before it would end the replay.
    restart: started.hadEnded ? "buffer" : planned.restart,
    send: (text) => connection.send(text),
    onEnd: (told) => {
      deps.openAnswers.delete(answer);
      // A stream may end before its run, which then goes on without listeners.
      following.leave(GOES_ON);
      if (told === "answer") confirmDelivery(reply.raw, run, wish, deps);
      connection.end();
    },
  });
  const answer = { cut: (reason: Error) => stream.onLost(reason) };
  deps.openAnswers.add(answer);
  started.listen(skipSuperseded(started.replayedUntil, stream));
  return reply;
}
