import { z } from "zod";

const text = z.looseObject({ type: z.literal("text"), text: z.string() });

const refusal = z.looseObject({ type: z.literal("refusal"), refusal: z.string() });

const imageUrl = z.looseObject({
  type: z.literal("image_url"),
  image_url: z.looseObject({ url: z.string().min(1), detail: z.string().nullish() }),
});

const inputAudio = z.looseObject({
  type: z.literal("input_audio"),
  input_audio: z.looseObject({ data: z.string().min(1), format: z.string().min(1) }),
});

const file = z.looseObject({
  type: z.literal("file"),
  file: z.looseObject({ file_id: z.string().nullish(), file_data: z.string().nullish(), filename: z.string().nullish() }),
});

/** Parts that vendors took up beside OpenAI's own; what is inside is theirs. */
const vendorPart = (type: string) => z.looseObject({ type: z.literal(type) });

const PART_TYPES = ["text", "image_url", "input_audio", "file", "video_url", "document_url"] as const;

/** A part of a user's message. Checked, never changed: it reaches the provider as it came. */
export const userPart = z.discriminatedUnion(
  "type",
  [text, imageUrl, inputAudio, file, vendorPart("video_url"), vendorPart("document_url")],
  {
    error: `must be one of ${PART_TYPES.join(", ")}`,
  },
);

/** A part of a system, developer or tool message. */
export const textPart = z.discriminatedUnion("type", [text], { error: "must be text: only text parts are allowed here" });

/** A part of an assistant message that the client repeats to us. */
export const assistantPart = z.discriminatedUnion("type", [text, refusal, vendorPart("thinking"), vendorPart("redacted_thinking")], {
  error: "must be one of text, refusal, thinking",
});
