// The codes of notes, in the order of the documentation. Stable: none is renamed or removed.
export const CODES = [
  /** The route is expressed exactly. */
  "EXACT",
  /** A browser concludes the same, though the bytes differ. */
  "SAME_VERDICT",
  /** An origin function cannot leave the process. */
  "ORIGIN_FUNCTION",
  /** An origin that the target has no form for: another scheme, `null`. */
  "ORIGIN_FORM",
  /** A pattern or RegExp beyond the target's dialect. */
  "ORIGIN_PATTERN",
  /** More origins than the target takes. */
  "ORIGIN_COUNT",
  /** A path that the target cannot match, or matches otherwise. */
  "ROUTE_PATH",
  /** The target cannot leave the route to the application. */
  "ROUTE_OWNER",
  /** A method that the target does not know. */
  "METHOD",
  /** Header names, or `*`, that the target cannot send. */
  "HEADERS",
  /** A max-age that the target cannot send. */
  "MAX_AGE",
  /** An option that the target has nothing for. */
  "OPTION",
  /** The target sends no Vary, or another. */
  "VARY",
] as const;
