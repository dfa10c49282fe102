import type { ChatDeps } from "../chat/chat-deps.ts";
import type { Settings } from "../settings.ts";

/** What it takes to serve `/v1/runs`. */
export interface RunsDeps extends ChatDeps {
  settings(): Settings;
  randomBytes(size: number): Buffer;
}
