// The CORS annotations of ingress-nginx: their names, the patterns that it checks them by, and what it falls back to.

/** What every annotation of the controller begins with, unless it was started with another prefix. */
export const PREFIX = "nginx.ingress.kubernetes.io/";

/** The seven, by what follows the prefix. */
export const CORS_ANNOTATIONS = [
  "enable-cors",
  "cors-allow-origin",
  "cors-allow-methods",
  "cors-allow-headers",
  "cors-allow-credentials",
  "cors-expose-headers",
  "cors-max-age",
] as const;

export type CorsAnnotation = (typeof CORS_ANNOTATIONS)[number];

/** What holds where one is absent, empty, or not as its pattern says. */
export const DEFAULTS: Readonly<Record<CorsAnnotation, string>> = {
  "enable-cors": "false",
  "cors-allow-origin": "*",
  "cors-allow-methods": "GET, PUT, POST, DELETE, PATCH, OPTIONS",
  "cors-allow-headers":
    "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization",
  "cors-allow-credentials": "true",
  "cors-expose-headers": "",
  "cors-max-age": "1728000",
};

/** One entry of cors-allow-origin. The host may be empty to the controller; that is nobody's origin, so not here. */
export const ORIGIN = /^https?:\/\/(?:\*\.)?[A-Za-z0-9\-.]+(?::\d+)?$/;
/** One entry of cors-allow-methods: no `*`. */
export const METHOD = /^[A-Za-z]+$/;
/** One entry of cors-allow-headers: no `*`. */
export const HEADER = /^[A-Za-z0-9\-_]+$/;
/**
 * What pathType Prefix takes under strict-validate-path-type, which is on by default. Later versions of the controller
 * are said to take more; one that does not would leave the path to a shorter rule.
 */
export const PATH = /^\/[A-Za-z0-9_\-/]*$/;
