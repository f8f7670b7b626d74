// The public face of boring-cors/edge: re-exports only.

export type { KubernetesBackend } from "./kubernetes.ts";
export {
  type EdgeExport,
  EdgeExportError,
  type EdgeNote,
  type EdgeNoteCode,
  type EdgeOptions,
  type EdgeSeverity,
} from "./notes.ts";
export { type GatewayApiOptions, type GatewayParent, toGatewayApi } from "./to-gateway-api.ts";
export { type IngressNginxOptions, toIngressNginx } from "./to-ingress-nginx.ts";
export { type NginxOptions, type NginxUpstream, toNginx } from "./to-nginx.ts";
export { type ServletFilterOptions, toServletFilter } from "./to-servlet-filter.ts";
export { type SpringOptions, toSpring } from "./to-spring.ts";
export {
  type TestVector,
  type TestVectors,
  toVectors,
  type VectorExport,
  type VectorOptions,
} from "./to-vectors.ts";
