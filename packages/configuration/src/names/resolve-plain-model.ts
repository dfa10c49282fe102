import { nearestName } from "@composite-llm/core";
import type { NamedModel } from "../configuration.ts";
import { type ModelOutcome, type NameBook, type NameContext, refuse } from "./name-book.ts";
import { quoteName } from "./quote-name.ts";

function unknownProvider(provider: string, book: NameBook): ModelOutcome {
  const fix = book.unofferedProviders.get(provider);
  if (fix !== undefined) return refuse("unoffered", `The provider ${provider} is not offered: ${fix}.`);
  const near = nearestName(provider, [...book.providers.keys(), ...book.unofferedProviders.keys()]);
  const hint = near === null ? "" : ` Did you mean ${near}?`;
  return refuse("unknown", `There is no provider ${quoteName(provider)}.${hint}`);
}

/** The provider that has a vendor's models: the one of that name, else the only one that is based on its preset. */
function providerOf(preset: string, book: NameBook): string | null {
  if (book.providers.has(preset)) return preset;
  const based = [...book.providers].filter(([, provider]) => provider.preset === preset).map(([name]) => name);
  return based.length === 1 ? (based[0] ?? null) : null;
}

function resolveBareName(bareName: string, name: string, book: NameBook, context: NameContext): ModelOutcome {
  const match = context.matchCatalogModel(bareName);
  const provider = match === null ? null : providerOf(match.provider, book);
  if (match !== null && provider !== null) return { model: { provider, model: match.model, name } };
  const [only, ...others] = book.providers.keys();
  if (only !== undefined && others.length === 0) return { model: { provider: only, model: bareName, name } };
  const fix = match === null ? undefined : book.unofferedProviders.get(match.provider);
  if (match !== null && fix !== undefined)
    return refuse("unoffered", `The model ${quoteName(bareName)} is at ${match.provider}, which is not offered: ${fix}.`);
  const near = nearestName(bareName, book.models.aliases.keys());
  const hint = near === null ? "Name its provider: <provider>/<model>." : `Did you mean ${near}?`;
  return refuse("unknown", `It is not known whose model ${quoteName(bareName)} is. ${hint}`);
}

function resolveWithoutAlias(target: string, name: string, book: NameBook, context: NameContext): ModelOutcome {
  const slash = target.indexOf("/");
  if (slash === -1) return resolveBareName(target, name, book, context);
  const provider = target.slice(0, slash);
  const model = target.slice(slash + 1);
  if (!book.providers.has(provider)) return unknownProvider(provider, book);
  if (model === "") return refuse("unknown", `The name ${quoteName(name)} has no model behind its provider.`);
  return { model: { provider, model, name } };
}

/**
 * The model that a plain name stands for: a configured alias, `provider/model` (models contain slashes), or a bare name,
 * which belongs to the vendor that the price catalogue knows it by, else to the only provider that there is.
 */
function resolvePlainModel(name: string, book: NameBook, context: NameContext): ModelOutcome {
  return resolveWithoutAlias(book.models.aliases.get(name) ?? name, name, book, context);
}

/**
 * The same at a provider of choice. A leading provider in the name is left out when it is the chosen one or is based on
 * the same preset; other names, such as `openai/gpt-5` at a reseller, are the reseller's own and stay whole.
 */
function resolveModelAt(provider: string, name: string, book: NameBook): ModelOutcome {
  const chosen = book.providers.get(provider);
  if (chosen === undefined) return unknownProvider(provider, book);
  const target = book.models.aliases.get(name) ?? name;
  const slash = target.indexOf("/");
  const leading = slash === -1 ? null : target.slice(0, slash);
  const isSameVendor = leading !== null && (leading === provider || (book.providers.get(leading)?.preset ?? leading) === chosen.preset);
  const model = isSameVendor ? target.slice(slash + 1) : target;
  if (model === "") return refuse("unknown", `The name ${quoteName(name)} has no model behind its provider.`);
  return { model: { provider, model, name } };
}

/** The model that a name stands for which is no composite. */
export function resolvePlain({ model, provider }: NamedModel, book: NameBook, context: NameContext): ModelOutcome {
  return provider === undefined ? resolvePlainModel(model, book, context) : resolveModelAt(provider, model, book);
}
