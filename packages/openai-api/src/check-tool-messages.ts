import type { RequestBody } from "./request-body.ts";
import { invalidRequest } from "./invalid-request.ts";

type Messages = RequestBody["messages"];

function unanswered(ids: ReadonlySet<string>, index: number): Error {
  return invalidRequest(
    `messages[${index}].tool_calls`,
    `messages[${index}] calls tools that the next messages do not answer: send a tool message for ${[...ids].join(", ")}.`,
  );
}

/**
 * Every call of a tool is answered by the messages right after it, and every answer has its call: providers refuse anything else, and
 * they would do so only after the panel was paid for.
 *
 * @throws ApiError that names the message
 */
export function checkToolMessages(messages: Messages): void {
  let open = new Set<string>();
  let called = new Set<string>();
  let caller = -1;
  for (const [index, message] of messages.entries()) {
    if (message.role === "tool") {
      if (!called.has(message.tool_call_id)) {
        throw invalidRequest(
          `messages[${index}].tool_call_id`,
          `messages[${index}].tool_call_id does not match a tool call of the assistant message before it: repeat that message with its tool_calls.`,
        );
      }
      open.delete(message.tool_call_id);
      continue;
    }
    if (open.size > 0) throw unanswered(open, caller);
    called = new Set(message.role === "assistant" ? (message.tool_calls ?? []).map((call) => call.id) : []);
    open = new Set(called);
    caller = index;
  }
  if (open.size > 0) throw unanswered(open, caller);
}
