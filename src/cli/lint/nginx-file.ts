// A file of nginx's configuration -> findings on the CORS in it.
import { resolve } from "node:path";
import { lintNginx } from "../../edge/lint-nginx.ts";
import { NginxSyntaxError } from "../../edge/nginx-conf.ts";
import { show } from "../../policy/issues.ts";
import { type Io, Misuse } from "../io.ts";
import { readText } from "../policy-file.ts";
import { plain } from "../text.ts";
import { type Finding, findingIn } from "./findings.ts";

/** @throws {Misuse} where the file cannot be read, or is no configuration. */
export async function lintNginxFile(file: string, io: Pick<Io, "cwd">): Promise<readonly Finding[]> {
  const what = `nginx configuration ${show(file)}`;
  const text = await readText(resolve(io.cwd, file), what, "name a file such as /etc/nginx/nginx.conf");
  try {
    return lintNginx(text.replace(/^\ufeff/, "")).map(findingIn);
  } catch (error) {
    if (!(error instanceof NginxSyntaxError)) throw error;
    throw new Misuse(`${what} cannot be read: line ${error.line}: ${plain(error.reason)}.`);
  }
}
