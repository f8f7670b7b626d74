// A policy in Spring's own words: a CorsConfigurationSource, and the CorsFilter in front of Spring Security.
import type { Policy } from "../policy/policy.ts";
import { Room } from "./java-room.ts";
import { javaNames } from "./java-text.ts";
import { type EdgeExport, type EdgeOptions, Notes } from "./notes.ts";
import { edgeRoutes } from "./routes.ts";
import { routeCalls } from "./spring-configuration.ts";
import { SPRING_TAKEN, springSource } from "./spring-source.ts";

/**
 * Options of {@link toSpring}.
 *
 * @example toSpring(policy, { package: "com.example.web" });
 */
export interface SpringOptions extends EdgeOptions {
  /**
   * The Java package.
   *
   * @defaultValue `"cors"`
   */
  readonly package?: string | undefined;
  /**
   * The name of the class, and of its file.
   *
   * @defaultValue `"CorsPolicyConfiguration"`
   */
  readonly className?: string | undefined;
  /**
   * Which servlet API: `"jakarta"` for Spring 6 and later (Spring Boot 3), `"javax"` for Spring 5.3 (Spring Boot 2.4 and
   * later), which knows eight methods and no others.
   *
   * @defaultValue `"jakarta"`
   */
  readonly servlet?: "jakarta" | "javax" | undefined;
}

/**
 * The policy as one `@Configuration` class of Spring Boot, with Spring's own `CorsFilter` and `CorsConfiguration`. Browsers
 * conclude the same as under the policy; the bytes differ, and `notes` says in what. Where the answers must be those of
 * `cors(policy)`, also against what the application writes itself, use {@link toServletFilter}.
 *
 * @param policy What to export.
 * @param options The names in the source, and the servlet API.
 * @returns The file, and a note for each route.
 * @throws {EdgeExportError} `ORIGIN_FUNCTION`, `ORIGIN_PATTERN` for RegExps, `ORIGIN_FORM` for schemes other than http and
 * https, `METHOD` for methods that Spring 5.3 does not know, `HEADERS` for a `*` that must not cover Authorization,
 * `ORIGIN_COUNT`, `OPTION` for `preflightContinue`.
 * @throws {TypeError} for options that are no names in Java, or none of the values named.
 * @example
 * const { files } = toSpring(policy, { package: "com.example.web" });
 * writeFileSync("src/main/java/com/example/web/CorsPolicyConfiguration.java", files["CorsPolicyConfiguration.java"] ?? "");
 */
export function toSpring(policy: Policy, options: SpringOptions = {}): EdgeExport {
  const {
    package: packageName = "cors",
    className = "CorsPolicyConfiguration",
    servlet = "jakarta",
  } = options;
  const names = javaNames("toSpring", packageName, className, SPRING_TAKEN);
  if (servlet !== "jakarta" && servlet !== "javax") {
    throw new TypeError(
      `toSpring(): options.servlet: ${JSON.stringify(servlet)} is none of its values; write "jakarta" or "javax"`,
    );
  }
  const notes = new Notes();
  const room = new Room();
  const rules = edgeRoutes(policy, "service").map((route) => {
    const data = policy.routes[route.key];
    // A configuration of Spring's stops what it does not grant, which would cut off what the edge has granted.
    const isEdges = typeof data === "object" && data.owner === "edge";
    return routeCalls(
      isEdges ? { key: route.key, kind: "passage", blocks: false } : route,
      servlet,
      notes,
      room,
    );
  });
  return Object.freeze({
    files: Object.freeze({
      [`${className}.java`]: springSource({ ...names, servlet, digest: policy.digest, rules }),
    }),
    notes: notes.settle("toSpring", options),
  });
}
