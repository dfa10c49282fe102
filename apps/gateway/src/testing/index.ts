export { MALFORMED_CONFIGURATION, MALFORMED_REQUESTS, type MalformedRequest } from "./malformed-requests.ts";
export { type ReadEvent, readEvents } from "./read-events.ts";
export { assemble, type ReadStream, readSse } from "./read-sse.ts";
export { type Refusal, sendMalformed } from "./send-malformed.ts";
