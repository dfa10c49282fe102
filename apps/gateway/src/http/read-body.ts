import { invalidRequest } from "@composite-llm/openai-api";
import type { FastifyRequest } from "fastify";

/** The bytes of a request's body. @throws ApiError when they are compressed */
export function readBody({ body, headers }: FastifyRequest): Uint8Array {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    throw invalidRequest(null, "The body is compressed, which is not supported: send it as it is.");
  }
  return body instanceof Uint8Array ? body : new Uint8Array();
}
