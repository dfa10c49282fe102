import { isRecord, type JsonObject } from "@composite-llm/core";
import { objectField, textField } from "../../exchange/json-fields.ts";
import { Untranslatable } from "./untranslatable.ts";

const DATA_URL = /^data:([^;,]+)?((?:;[^;,]+)*?)(;base64)?,(.*)$/s;

/**
 * The content of a message as blocks. Empty texts, which the API refuses, are left out; parts that are no part of the OpenAI
 * format are taken for blocks of the API and pass untouched.
 *
 * @throws Untranslatable for audio, and for files that are neither PDF nor text
 */
export function toBlocks(content: unknown): JsonObject[] {
  if (typeof content === "string") return content === "" ? [] : [{ type: "text", text: content }];
  if (!Array.isArray(content)) return [];
  return content.filter(isRecord).flatMap(toBlock);
}

function toBlock(part: JsonObject): JsonObject[] {
  switch (part["type"]) {
    case "text":
    case "input_text":
      return textField(part, "text") === null ? [] : [{ ...part, type: "text" }];
    case "refusal":
      return textBlock(textField(part, "refusal"));
    case "image_url":
      return [withCacheControl(part, { type: "image", source: imageSource(part["image_url"]) })];
    case "file":
      return [withCacheControl(part, fileBlock(objectField(part, "file")))];
    case "input_audio":
      throw new Untranslatable("the messages API takes no audio", "messages");
    default:
      return [part];
  }
}

function textBlock(text: string | null): JsonObject[] {
  return text === null ? [] : [{ type: "text", text }];
}

function withCacheControl(part: JsonObject, block: JsonObject): JsonObject {
  return part["cache_control"] === undefined ? block : { ...block, cache_control: part["cache_control"] };
}

function imageSource(image: unknown): JsonObject {
  const url = isRecord(image) ? textField(image, "url") : image;
  if (typeof url !== "string" || url === "") throw new Untranslatable("an image has no URL", "messages");
  const data = parseDataUrl(url);
  if (data === null) return { type: "url", url };
  return { type: "base64", media_type: data.mediaType === "image/jpg" ? "image/jpeg" : data.mediaType, data: data.base64 };
}

function fileBlock(file: JsonObject): JsonObject {
  const title = textField(file, "filename");
  const block = { type: "document", source: fileSource(file) };
  return title === null ? block : { ...block, title };
}

function fileSource(file: JsonObject): JsonObject {
  const fileId = textField(file, "file_id");
  if (fileId !== null) return { type: "file", file_id: fileId };
  const given = textField(file, "file_data") ?? textField(file, "file_url");
  if (given === null) throw new Untranslatable("a file has neither data nor an id", "messages");
  if (/^https?:/.test(given)) return { type: "url", url: given };
  const data = parseDataUrl(given) ?? { mediaType: "application/pdf", base64: given };
  if (data.mediaType === "application/pdf") return { type: "base64", media_type: "application/pdf", data: data.base64 };
  if (!data.mediaType.startsWith("text/")) {
    throw new Untranslatable(`the messages API takes PDF and text files, not ${data.mediaType}`, "messages");
  }
  return { type: "text", media_type: "text/plain", data: Buffer.from(data.base64, "base64").toString("utf8") };
}

/** @returns null for other URLs */
function parseDataUrl(url: string): { mediaType: string; base64: string } | null {
  if (!url.startsWith("data:")) return null;
  const comma = url.indexOf(",");
  const match = DATA_URL.exec(url.slice(0, comma + 1));
  if (comma === -1 || match === null) throw new Untranslatable("a data URL could not be read", "messages");
  const data = url.slice(comma + 1);
  const isBase64 = match[3] !== undefined;
  return {
    mediaType: (match[1] ?? "text/plain").toLowerCase(),
    base64: isBase64 ? data : Buffer.from(decodeURIComponent(data), "utf8").toString("base64"),
  };
}
