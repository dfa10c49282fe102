import { Queue } from "bullmq";
import type { Arm } from "./arm.ts";
import { startCallers } from "./start-callers.ts";

/** BullMQ as it is: its limiter counts the starts of jobs. */
export const BULLMQ_LIMITER: Arm = {
  name: "BullMQ's limiter",
  start: async (options) => {
    const callers = await startCallers(options, "bullmq-caller.ts", 1);
    const { hostname: host, port } = new URL(callers.redisUrl);
    const queue = new Queue("calls", { connection: { host, port: Number(port) }, prefix: callers.redisPrefix });
    queue.on("error", () => undefined);
    let lost = 0;
    return {
      name: "BullMQ's limiter",
      mockUrl: callers.mockUrl,
      submit: () => {
        queue.add("call", {}, { removeOnComplete: true }).catch(() => {
          lost += 1;
        });
      },
      remarks: () => (lost === 0 ? "" : `${lost} lost`),
      stop: async () => {
        await queue.close();
        await callers.stop();
      },
    };
  },
};
