// A self-signed certificate for the test hosts, made at run time: no private key lies in the repository.
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /**
   * The hash of its public key, by which Chromium is told to take it. Not by `--ignore-certificate-errors`: with that,
   * nothing that came over https is ever cached.
   */
  readonly spki: string;
}

const NAMES = ["*.example.com", "example.com", "*.example", "*.app.example", "localhost", "*.localhost"];

let made: Certificate | undefined;

/** The same for every server and browser of a process. */
export function certificate(): Certificate {
  made ??= make();
  return made;
}

function make(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "boring-cors-tls-"));
  try {
    const [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const names = [...NAMES.map((name) => `DNS:${name}`), "IP:127.0.0.1"].join(",");
    execFileSync(
      "openssl",
      [
        ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(" "),
        ...["-subj", "/CN=boring-cors tests", "-addext", `subjectAltName=${names}`],
        ...["-keyout", keyFile, "-out", certFile],
      ],
      { stdio: ["ignore", "ignore", "pipe"], timeout: 30_000 },
    );
    const cert = readFileSync(certFile, "utf8");
    const publicKey = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
    const spki = createHash("sha256").update(publicKey).digest("base64");
    return { key: readFileSync(keyFile, "utf8"), cert, spki };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
