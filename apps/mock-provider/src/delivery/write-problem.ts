import type { Behaviour } from "../behaviour/behaviour.ts";
import type { Problem } from "../wires/problem.ts";
import type { Wire } from "../wires/wire.ts";
import type { Action } from "./action.ts";

export interface ProblemDelivery {
  wire: Wire;
  problem: Problem;
  behaviour: Behaviour;
  latencyMs: number;
  headers: Record<string, string>;
  requestId: string;
}

/** A page as a proxy in front of the vendor would send it. */
function toHtml({ status, message }: Problem): string {
  return `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1><p>${message}</p></center>\r\n<hr><center>simulated proxy</center>\r\n</body>\r\n</html>\r\n`;
}

/** An HTTP error. */
export function* writeProblem({ wire, problem, behaviour, latencyMs, headers, requestId }: ProblemDelivery): Generator<Action> {
  const text = behaviour.isHtml ? toHtml(problem) : wire.toErrorBody(problem, requestId);
  const type = behaviour.isHtml ? "text/html" : "application/json";
  yield { kind: "wait", ms: latencyMs };
  yield { kind: "spoil" };
  yield {
    kind: "head",
    status: problem.status,
    headers: { ...headers, "content-type": type, "content-length": String(Buffer.byteLength(text)) },
  };
  yield { kind: "send", text, tokens: 0 };
  yield { kind: "end" };
}
