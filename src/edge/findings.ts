// What is wrong in configuration that people have already, whatever it is written for.

/** One thing that is wrong, or worth knowing. */
export interface ConfigurationFinding<Code extends string = string> {
  readonly severity: "error" | "warning" | "note";
  readonly code: Code;
  /** `line 12, location /api`, or `Ingress "orders", cors-allow-origin`. */
  readonly where: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}
