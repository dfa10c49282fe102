/** A process that keeps its share of the limits by itself: requests and tokens evenly over the minute, and calls at once. */
import Bottleneck from "bottleneck";
import { endWithParent, readCallerOrder, RETRY_MS, UNLIMITED_CALLS } from "./caller-order.ts";
import { createCaller } from "./post-call.ts";

const { mockUrl, call, limits, share } = readCallerOrder();
endWithParent();
const post = createCaller(mockUrl, call);

/** A reservoir that fills every second and holds no more than one second's worth, or one call. */
function reservoirOf(perMinute: number, least: number): Bottleneck.ConstructorOptions {
  const perSecond = (perMinute * share) / 60;
  const holds = Math.max(least, perSecond);
  return { reservoir: holds, reservoirIncreaseAmount: perSecond, reservoirIncreaseInterval: 1000, reservoirIncreaseMaximum: holds };
}

const tokens = limits?.tokens_per_minute;
const requests = limits?.requests_per_minute;
/** Four characters are a token, as a rule of thumb; the cap is what the vendor counts. */
const weight = Math.ceil(call.prompt.length / 4) + call.maxTokens;
const byRequests = new Bottleneck({
  maxConcurrent: limits?.concurrent === undefined ? UNLIMITED_CALLS : Math.max(1, Math.floor(limits.concurrent * share)),
  ...(requests === undefined ? {} : { minTime: 60_000 / (requests * share) }),
});
const byTokens = new Bottleneck(tokens === undefined ? {} : reservoirOf(tokens, weight));
byRequests.on("failed", (error: { retryAfterMs?: number }) => error.retryAfterMs ?? RETRY_MS);
byRequests.on("error", () => undefined);

const callOnce = async (): Promise<void> => {
  const { status, retryAfterMs } = await post();
  if (status !== 200) throw Object.assign(new Error(`the provider answered ${status}`), { retryAfterMs: retryAfterMs ?? RETRY_MS });
};
process.on("message", () => {
  byRequests.schedule(() => byTokens.schedule({ weight: tokens === undefined ? 1 : weight }, callOnce)).catch(() => undefined);
});
process.send?.("ready");
