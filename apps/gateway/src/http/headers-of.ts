import type { FastifyReply } from "fastify";

/** Headers that were set so far, in the form that the raw response takes. */
export function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : String(value)]),
  );
}
