import { z } from "zod";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A name that stands in model names, queue names and logs. */
export const name = z
  .string()
  .regex(NAME, "must be a name of at most 64 letters, digits, dots, dashes and underscores, a letter or digit first")
  .describe("A name");

/** A model as a client names it. */
export const modelName = z.string().min(1).max(256).regex(/^\S+$/, "must be a model name without spaces");

/** A key of `models.*`: `provider/model`, with `*` for any characters. */
export const modelPattern = z
  .string()
  .max(256)
  .regex(/^[^\s/]+\/\S+$/, "must be provider/model, where * stands for any characters");

/** A model by its name at its provider, with `*` for any characters. */
export const modelInProvider = z
  .string()
  .min(1)
  .max(256)
  .regex(/^\S+$/, "must be a model's name without spaces, where * stands for any characters");

/** An address of a server. */
export const webAddress = z.string().refine(isWebAddress, "must be a URL that begins with http:// or https://");

export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && ["http:", "https:"].includes(new URL(text).protocol);
}
