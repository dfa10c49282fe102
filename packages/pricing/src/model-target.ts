/** A model at a provider, as the configuration names it. */
export interface ModelTarget {
  /** The provider's configured name, which overrides are filed under. */
  provider: string;
  /** The preset behind it, which capability data and catalogue prices are filed under; the provider's name when absent. */
  preset?: string;
  model: string;
}
